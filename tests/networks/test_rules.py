"""The interpreter of limits, on a table of its own and with what a server taught."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.networks import mastodon, rules
from postroom.networks.mastodon.learning import learned
from postroom.networks.shape import Draft, Format, Limit, Media, MediaKind, Option, Poll, Receipt

NETWORK = mastodon.NETWORK
NOW = datetime(2026, 11, 20, tzinfo=UTC)
PICTURE = Media(MediaKind.IMAGE, "image/jpeg", 1000, "a.jpg", 100, 100)
FILM = Media(MediaKind.VIDEO, "video/mp4", 1000, "a.mp4", 100, 100, 3)


def draft(format_: Format = Format.TEXT, text: str = "Hello", **rest: object) -> Draft:
    return Draft("key", NOW, format_, text=text, **rest)  # type: ignore[arg-type]


def codes(one: Draft, known: object = None, network: object = NETWORK) -> list[str]:
    return [problem.code for problem in rules.check(network, one, known)]  # type: ignore[arg-type]


def test_what_was_learned_lies_over_the_table_both_ways():
    said = {"configuration": {"statuses": {"max_characters": 10, "max_media_attachments": 16}}}
    known = learned(said)
    assert codes(draft(text="a" * 11), known) == ["text.max"]
    assert codes(draft(Format.CAROUSEL, media=(PICTURE,) * 16), known) == []
    assert codes(draft(Format.CAROUSEL, media=(PICTURE,) * 17), known) == ["media.max", "images.max"]
    assert codes(draft(Format.CAROUSEL, media=(PICTURE,) * 5)) == ["media.max", "images.max"]


def test_learned_lists_come_through_json_and_count_as_types():
    known = {"image.types": ["image/png"], "image.bytes": 500, "alt.max": 3}
    one = draft(Format.IMAGE, media=(dataclasses.replace(PICTURE, alt="four"),))
    assert set(codes(one, known)) == {"image.types", "image.bytes", "alt.max"}
    need = rules.need(NETWORK, MediaKind.IMAGE, Format.IMAGE, known)
    assert (need.types, need.max_bytes, need.max_pixels) == (("image/png",), 500, 33_177_600)


def test_a_learned_weight_of_links_counts():
    one = draft(text="https://example.com/" + "a" * 1000)
    assert rules.count_text(NETWORK, one) == (23, 500)
    assert rules.count_text(NETWORK, one, {"text.url_weight": 40, "text.max": 39}) == (40, 39)


def test_the_warning_counts_with_the_text_and_a_mentions_domain_does_not():
    one = draft(text="hi @ada@" + "a" * 300 + ".example", options={"spoiler": "x" * 493})
    assert rules.count_text(NETWORK, one) == (500, 500)
    assert codes(one) == []


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (draft(text=" \n"), ["text.required"]),
        (draft(text="", link="https://example.com"), []),
        (draft(Format.IMAGE, text="", media=(PICTURE,)), []),
        (draft(Format.IMAGE), ["media.required"]),
        (draft(Format.POLL), ["poll.required"]),
        (draft(Format.POLL, text="", poll=Poll(("a", "b"), 300)), ["text.required"]),
        (draft(Format.POLL, poll=Poll(("a", "a"), 300)), ["poll.option.twice"]),
        (draft(Format.POLL, poll=Poll(("a", " "), 300)), ["poll.option.empty"]),
        (draft(Format.POLL, poll=Poll(("a",), 299)), ["poll.options.min", "poll.seconds.min"]),
        (draft(Format.POLL, poll=Poll(("a", "b"), 300), media=(PICTURE,)), ["poll.media"]),
        (draft(Format.STORY, media=(PICTURE,)), ["format"]),
        (draft(Format.CAROUSEL, media=(PICTURE, FILM)), ["media.mix"]),
        (draft(Format.VIDEO, media=(FILM, FILM)), ["videos.max"]),
        (draft(Format.IMAGE, media=(dataclasses.replace(PICTURE, kind=MediaKind.DOCUMENT),)), ["media.kind"]),
        (draft(languages=("en", "de")), ["languages.max"]),
    ],
)
def test_what_does_not_fit_is_named(one, expected):
    assert codes(one) == expected


def test_an_item_of_a_thread_needs_no_file_of_its_own():
    parent = Receipt("1", "https://x.example/1")
    assert codes(draft(Format.IMAGE, text="Second", parent=parent, root=parent)) == []


def test_blocking_problems_come_first():
    problems = rules.check(NETWORK, draft(text="a" * 501, languages=("en", "de")))
    assert [problem.blocks for problem in problems] == [True, False]
    assert "501" in problems[0].message
    assert "500" in problems[0].message


OPTIONS = (
    Option("tone", "Tone", "choice", (("low", "Low"), ("high", "High"))),
    Option("loud", "Loud", "bool"),
    Option("title", "Title", "text", max_length=5),
    Option("count", "Count", "number"),
)


@pytest.mark.parametrize(
    ("name", "value", "fits"),
    [
        ("tone", "low", True), ("tone", "middle", False), ("tone", ["low"], False), ("tone", {}, False),
        ("loud", True, True), ("loud", "yes", False), ("loud", 1, False),
        ("title", "Short", True), ("title", "Longer", False), ("title", 5, False),
        ("count", 5, True), ("count", 0.5, True), ("count", "5", False), ("count", True, False),
        ("colour", "red", False),
    ],
)  # fmt: skip
def test_options_are_checked_whatever_json_brings(name, value, fits):
    network = dataclasses.replace(NETWORK, options=OPTIONS)
    problems = rules.check(network, draft(options={name: value}))
    assert [problem.where for problem in problems] == ([] if fits else [f"options.{name}"])
    assert all(problem.blocks for problem in problems)


@given(st.text(max_size=700), st.none() | st.text(max_size=20), st.integers(1, 600))
def test_the_text_blocks_exactly_when_it_is_over(text, spoiler, limit):
    one = draft(text=text, options={"spoiler": spoiler} if spoiler else {})
    length, allowed = rules.count_text(NETWORK, one, {"text.max": limit})
    assert allowed == limit
    assert ("text.max" in codes(one, {"text.max": limit})) == (length > limit)


def test_a_row_for_one_format_wins_over_the_row_for_all():
    rows = (
        Limit("text.max", 10, source="sandbox", checked=date(2026, 11, 20)),
        Limit("text.max", 20, formats=(Format.TEXT,), source="sandbox", checked=date(2026, 11, 20)),
    )
    network = dataclasses.replace(NETWORK, limits=rows)
    assert rules.count_text(network, draft()) == (5, 20)
    assert rules.count_text(network, draft(Format.POLL)) == (5, 10)
