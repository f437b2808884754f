"""Counting and cutting: by the units networks use, on any text whatever."""

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from postroom.kit import text as words

FAMILY = "👨‍👩‍👧‍👦"
PIECES = [
    "https://example.com/a?b=c#d",
    "http://a.bc",
    "@ada@example.social",
    "@bo",
    "#spring_2026",
    "é",
    "e\u0301",
    FAMILY,
]
PIECES += ["🇩🇪", "👍🏽", " ", "\n", "\n\n", "\r\n", "。", "漢字", "word", "sentence. ", "x", "(", ")", "עברית", "नमस्ते"]
texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=40).map("".join)
units = st.sampled_from(sorted(words.UNITS))


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("", "grapheme", 0),
        ("hello", "grapheme", 5),
        (FAMILY, "grapheme", 1),
        (FAMILY, "codepoint", 7),
        (FAMILY, "utf16", 11),
        (FAMILY, "byte", 25),
        ("e\u0301", "grapheme", 1),
        ("e\u0301", "codepoint", 2),
        ("🇩🇪🇫🇷", "grapheme", 2),
        ("a\r\nb", "grapheme", 3),
        ("a\r\n\u0431", "grapheme", 3),
        ("häß", "byte", 5),
        ("hi @ada@example.social!", "grapheme", 23),
        ("hi @ada@example.social!", "grapheme_local_mentions", 8),
        ("ada@example.social", "grapheme_local_mentions", 18),
    ],
)
def test_counts_in_each_unit(text, unit, expected):
    assert words.count(text, unit) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.com/" + "x" * 200, 23),
        ("see http://a.bc.", 4 + 23 + 1),
        ("(https://en.wikipedia.org/wiki/Post_(mail))", 1 + 23 + 1),
        ("https://a.bc https://a.bc", 47),
        ("http://localhost/x", 18),
        ("ftp://example.com", 17),
        ("xhttps://a.bc", 13),
        ("HTTPS://EXAMPLE.COM", 23),
    ],
)
def test_a_link_counts_its_weight(text, expected):
    assert words.count(text, "grapheme", url_weight=23) == expected


def test_a_unit_that_is_not_there_is_refused_by_name():
    with pytest.raises(ValueError, match="'furlong'; allowed are grapheme"):
        words.count("a", "furlong")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#a #b1 #1 #_ # ##c", ["a", "b1", "c"]),
        ("#été2026, #日本語。 \uff03全角", ["été2026", "日本語", "全角"]),
        ("no&#39;tag https://a.bc/#frag x#y", []),
        ("#2026goals and #100", ["2026goals"]),
        ("#a#b", ["a"]),
    ],
)
def test_hashtags(text, expected):
    assert words.hashtags(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@ada and @bo@example.social, me@example.com", ["ada", "bo@example.social"]),
        ("@ada.bsky.social.", ["ada.bsky.social"]),
        ("https://example.social/@ada", []),
        ("(@ada)", ["ada"]),
        ("@ @@x", []),
    ],
)
def test_mentions(text, expected):
    assert words.mentions(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://a.bc/d?e=f#g, then", ["https://a.bc/d?e=f#g"]),
        ("[x](https://a.bc/d)", ["https://a.bc/d"]),
        ("<https://a.bc>", ["https://a.bc"]),
        ("https://bücher.example/ü «https://a.bc/»", ["https://bücher.example/ü", "https://a.bc/"]),
        ("https://a.bc:8080/x.", ["https://a.bc:8080/x"]),
        ("https://", []),
        ("https://a.bc/)#tag", ["https://a.bc/"]),
    ],
)
def test_links(text, expected):
    assert words.links(text) == expected


@given(texts)
def test_entities_come_in_order_and_never_overlap(text):
    at = 0
    for entity in words.entities(text):
        assert at <= entity.start < entity.end <= len(text)
        assert entity.text in text[entity.start : entity.end]
        at = entity.end


joining = st.sampled_from("ab\r\n\u0600\u0301\u200d\u00a9\u00ae\U0001f44d\U0001f3fd\U0001f1e9\u0915\u094d\u1100\u1161")


@given(st.text() | st.text(joining))
@settings(max_examples=500)
@example("\u0378\u1160\u11a8")
@example("\u3099\uff9e\u200d\ufe0f")
@example("\u0600a\u0301\r\n\u0600\r\n\u00a9\u200d\u00a9\u200d\u00a9")
@example("\r\u0301\n\r\n\u200d")
def test_the_fast_path_agrees_with_the_slow_one(text):
    assert words.count(text, "grapheme") == len(regex.findall(r"\X", text))
    assert words.count(text, "utf16") == sum(1 + (ord(char) > 0xFFFF) for char in text)


@given(st.text(alphabet=st.characters(max_codepoint=0x9FFF)))
def test_the_fast_path_agrees_on_the_common_scripts(text):
    assert words.count(text, "grapheme") == len(regex.findall(r"\X", text))


@given(texts, units, st.integers(1, 60), st.none() | st.integers(1, 40))
@settings(max_examples=300)
@example("xhttp://a.bc/ddddddddddddd", "grapheme", 15, 40)
def test_a_split_keeps_every_word_and_every_limit(text, unit, limit, weight):
    items = words.split_thread(text, limit, unit, weight)
    assert "".join("".join(items).split()) == "".join(text.split())
    whole = [text[entity.start : entity.end] for entity in words.entities(text)]
    for item in items:
        assert item == item.strip() != ""
        if words.count(item, unit, url_weight=weight) > limit:
            lone = regex.fullmatch(r"\X", item) or any(item in one or one in item for one in whole)
            assert lone or words.links(item) == [item] or "http" in item.lower()


@given(texts, units, st.integers(1, 60))
def test_no_entity_and_no_character_is_cut(text, unit, limit):
    items = words.split_thread(text, limit, unit)
    before = [(entity.kind, entity.text) for entity in words.entities(text)]
    after = [(entity.kind, entity.text) for item in items for entity in words.entities(item)]
    kept = iter(after)
    assert all(one in kept for one in before), "an entity was cut"
    clusters = {cluster for cluster in regex.findall(r"\X", text) if not cluster.isspace()}
    assert {cluster for item in items for cluster in regex.findall(r"\X", item) if not cluster.isspace()} <= {
        *clusters,
        *(cluster.strip() for cluster in clusters),
    }


def test_a_split_prefers_paragraphs_then_sentences_then_words():
    assert words.split_thread("One two three.\n\nFour five. Six.", 20, "grapheme") == [
        "One two three.",
        "Four five. Six.",
    ]
    assert words.split_thread("One two three. Four five.", 20, "grapheme") == ["One two three.", "Four five."]
    assert words.split_thread("one two three four", 9, "grapheme") == ["one two", "three", "four"]
    assert words.split_thread("one two three four", 7, "grapheme") == ["one two", "three", "four"]
    assert words.split_thread("abcdefgh", 3, "grapheme") == ["abc", "def", "gh"]
    assert words.split_thread("今日は。明日も。昨日。", 5, "grapheme") == ["今日は。", "明日も。", "昨日。"]


def test_what_fits_stays_whole_and_nothing_stays_nothing():
    assert words.split_thread(" short ", 500, "grapheme") == ["short"]
    assert words.split_thread(" \n ", 500, "grapheme") == []
    with pytest.raises(ValueError, match="at least 1"):
        words.split_thread("a", 0, "grapheme")


def test_a_long_text_is_split_in_linear_time():
    text = "word " * 100_000
    assert len(words.split_thread(text, 300, "grapheme")) == len(text.strip()) // 300 + 1


@pytest.mark.parametrize(
    "text", ["@" * 50_000, "#" * 50_000, "@a." * 30_000, "https://" * 10_000, "https://a." * 10_000, "(" * 50_000]
)
def test_hostile_text_is_read_quickly(text):
    words.count(text, "grapheme_local_mentions", url_weight=23)
    words.hashtags(text)
