from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from postroom.networks.bluesky.facets import facets, handles, spans

PIECES = st.sampled_from(
    [
        "https://example.com/a?b=ü#c", "http://münchen.example/straße", "@alice.test", "@Bob.bsky.social",
        "#tag", "#größe", "\uff03日本語", "#1", "@me@server.example", " ", "\n", ".", ",", ")", "(", "x",
        "\U0001f469\u200d\U0001f469\u200d\U0001f467", "é", "e\u0301", "🇩🇪", "日本", "\u200d",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(PIECES | st.text(max_size=3)).map("".join))


@given(TEXTS)
@example("🎉 https://example.com. @alice.test, #tag!")
def test_every_span_cuts_out_exactly_what_was_found(text: str):
    raw, last = text.encode(), 0
    for span in spans(text):
        assert last <= span.start < span.end <= len(raw), "in order, none within another"
        last = span.end
        cut = raw[span.start : span.end].decode()
        if span.kind == "url":
            assert cut == span.value
            assert cut.lower().startswith(("http://", "https://"))
        elif span.kind == "mention":
            assert cut == f"@{span.value}"
        else:
            assert cut[0] in "#\uff03"
            assert cut[1:] == span.value


@given(TEXTS)
def test_facets_mention_only_who_was_found(text: str):
    known = dict.fromkeys(handles(text)[:1], f"did:plc:{'a' * 24}")
    made = facets(text, known)
    mentioned = [f for facet in made for f in facet["features"] if f["$type"].endswith("#mention")]
    assert bool(mentioned) == bool(known)
    assert len(made) <= len(spans(text))


def test_a_handle_is_asked_for_once_and_in_lower_case():
    assert handles("@Alice.test and @alice.test, @bob.example; @me@server.example @nodot") == [
        "alice.test",
        "bob.example",
    ]
