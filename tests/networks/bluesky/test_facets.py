from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from postroom.kit.text import count
from postroom.networks.bluesky.facets import facets, handles, shown

PIECES = st.sampled_from(
    [
        "https://example.com/a?b=ü#c", "http://münchen.example/straße", "@alice.test", "@Bob.bsky.social",
        "#tag", "#größe", "\uff03日本語", "#1", "@me@server.example", " ", "\n", ".", ",", ")", "(", "x",
        "\U0001f469\u200d\U0001f469\u200d\U0001f467", "é", "e\u0301", "🇩🇪", "日本", "\u200d",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(PIECES | st.text(max_size=3)).map("".join))


@given(TEXTS, st.booleans())
@example("🎉 https://example.com. @alice.test, #tag!", True)
def test_every_span_cuts_out_exactly_what_was_found(text: str, short: bool):
    posted, spans = shown(text, short=short)
    raw, last = posted.encode(), 0
    assert short or posted == text
    for span in spans:
        assert last <= span.start < span.end <= len(raw), "in order, none within another"
        last = span.end
        cut = raw[span.start : span.end].decode()
        if span.kind == "url":
            assert span.value.lower().startswith(("http://", "https://"))
            assert cut == span.value if not short else cut.rstrip("…") in span.value
        elif span.kind == "mention":
            assert cut == f"@{span.value}"
        else:
            assert cut[0] in "#\uff03"
            assert cut[1:] == span.value


@given(TEXTS)
def test_short_links_never_make_a_text_longer_and_keep_their_address(text: str):
    posted, spans = shown(text, short=True)
    assert count(posted, "grapheme") <= count(text, "grapheme")
    assert [span.value for span in spans] == [span.value for span in shown(text)[1]]


def test_a_short_link_shows_host_and_the_beginning_of_the_path():
    posted, (span,) = shown("See https://example.com/a/very/long/way/to/it?x=1.", short=True)
    assert posted == "See example.com/a/very/long/wa…."
    assert span.value == "https://example.com/a/very/long/way/to/it?x=1"
    assert shown("https://example.com/", short=True)[0] == "example.com"


@given(TEXTS)
def test_facets_mention_only_who_was_found(text: str):
    known = dict.fromkeys(handles(text)[:1], f"did:plc:{'a' * 24}")
    made = facets(shown(text)[1], known)
    mentioned = [f for facet in made for f in facet["features"] if f["$type"].endswith("#mention")]
    assert bool(mentioned) == bool(known)
    assert len(made) <= len(shown(text)[1])


def test_a_handle_is_asked_for_once_and_in_lower_case():
    assert handles("@Alice.test and @alice.test, @bob.example; @me@server.example @nodot") == [
        "alice.test",
        "bob.example",
    ]
