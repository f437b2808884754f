from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from postroom.networks import rules
from postroom.networks.bluesky import NETWORK, oauth, words
from postroom.networks.shape import Draft, Format, Receipt
from tests.networks.bluesky.lexicons import complaints
from tests.networks.files import picture

AT = datetime(2026, 11, 20, 9, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
REF = Receipt(
    "at://did:plc:a/app.bsky.feed.post/3m", "", {"uri": "at://did:plc:a/app.bsky.feed.post/3m", "cid": "bafyx"}
)
BLOB = {"$type": "blob", "ref": {"$link": "bafkreix"}, "mimeType": "image/jpeg", "size": 100}
DRAFTS = st.builds(
    Draft,
    key=st.just("3mabcdefghij2"),
    at=st.integers(0, 2**31).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    format=st.just(Format.TEXT),
    text=st.text(max_size=250),
    link=st.none() | st.just("https://example.com/a"),
    languages=st.lists(st.sampled_from(["en", "de-AT", "ja"]), max_size=3).map(tuple),
    options=st.fixed_dictionaries(
        {},
        optional={
            option.name: st.sampled_from([value for value, _ in option.choices])
            for option in words.OPTIONS
            if option.choices
        },
    ),
    root=st.none() | st.just(REF),
    parent=st.none() | st.just(REF),
)


@given(DRAFTS)
def test_every_record_fits_the_networks_own_schema(draft: Draft):
    record = words.post(draft, (), {})
    assert complaints(record) == []
    assert words.post(draft, (), {}) == record, "the same draft, the same bytes"
    for gate in words.gates(draft, "at://did:plc:a/app.bsky.feed.post/3mabcdefghij2"):
        assert complaints(gate) == []


def test_moments_are_written_in_utc_to_the_millisecond():
    assert words.written(AT) == "2026-11-20T07:30:00.123Z"


def test_a_reply_has_no_gate_of_its_own_and_needs_no_root():
    draft = Draft("3m", AT, Format.TEXT, "x", parent=REF, options={"replies": "nobody"})
    assert words.gates(draft, "at://x") == []
    assert words.post(draft, (), {})["reply"]["root"] == dict(REF.ref)


def test_a_card_without_a_title_shows_its_address():
    draft = Draft("3m", AT, Format.IMAGE, "x", link="https://example.com/a", media=(picture(),))
    card = words.post(draft, (BLOB,), {})["embed"]["external"]
    assert card == {"uri": "https://example.com/a", "title": "https://example.com/a", "description": "", "thumb": BLOB}


def test_only_what_is_shown_of_a_short_link_counts():
    text = "a" * 270 + " https://example.com/a/very/long/way/to/it"
    long = Draft("3m", AT, Format.TEXT, text)
    short = Draft("3m", AT, Format.TEXT, text, options={"short_links": True})
    assert [problem.code for problem in rules.check(NETWORK, long)] == ["text.max"]
    assert rules.check(NETWORK, short) == ()
    record = words.post(short, (), {})
    assert complaints(record) == []
    assert record["facets"][0]["features"][0]["uri"] == "https://example.com/a/very/long/way/to/it"


def test_the_client_document_names_itself():
    (name, make), *_ = NETWORK.documents.items()
    document = make("https://post.example.com")
    client_id, back = oauth.client("https://post.example.com", "https://post.example.com/channels/return")
    assert document["client_id"] == client_id
    assert client_id.endswith(name)
    assert back in document["redirect_uris"]
    assert document["dpop_bound_access_tokens"] is True
    assert document["token_endpoint_auth_method"] == "none"
    assert "atproto" in document["scope"].split()
