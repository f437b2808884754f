r"""Counting and cutting text the way networks do: by what a reader sees as one character, by code points, by bytes.

Every function is pure. ASCII and the common scripts take a fast path; the rest goes by Unicode's grapheme clusters
(UAX #29, which `regex` knows as \X).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CLUSTER = regex.compile(r"\X")
# What isn't named here may join with its neighbour; these stand alone whatever follows them, but for the pair \r\n.
_ALONE = (
    r"\x00-\u02ff\u0370-\u03ff\u0400-\u0482\u048a-\u052f\u2010-\u2027\u20a0-\u20bf"
    r"\u3001-\u3029\u3041-\u3096\u30a1-\u30fe\u4e00-\u9fff"
)
_JOINING = re.compile(f"[^{_ALONE}]+")
# A host needs a dot and a last label that begins with a letter: no network makes a link of "http://localhost".
_URL = r"https?://(?:[\p{L}\p{M}\p{N}_-]++\.)+\p{L}[\p{L}\p{M}\p{N}-]*+(?::\d++)?(?:[/?\#][^\s\x00-\x1f<>\"]*+)?"
# Right after one of these, a link is none. (Not any letter: there are scripts without spaces.)
_GLUE = r"a-z0-9_@$\#\uff03"
_MENTION = (
    r"@(?P<local>[a-z0-9_]++(?:[.-]++[a-z0-9_]++)*+)(?P<domain>@[\p{L}\p{N}_]++(?:[.-]++[\p{L}\p{N}_]++)*+(?::\d++)?)?"
)
_TAG = r"[\#\uff03](?=[\p{N}_\u00b7]*+[\p{L}\p{M}])(?P<tag>[\p{L}\p{M}\p{N}_\u00b7\u200c]++)"
_ENTITY = regex.compile(rf"(?P<url>(?<![{_GLUE}]){_URL})|(?<![\w/@]){_MENTION}|(?<![\w/&]){_TAG}", regex.IGNORECASE)
_MAY_BEGIN = re.compile("[@#\uff03]|https?://", re.IGNORECASE)
_ANY_URL = regex.compile(rf"[{_GLUE}]?{_URL}", regex.IGNORECASE)

_OPENERS = {")": "(", "]": "[", "}": "{", "」": "「", "\uff09": "\uff08"}
_TRAILING = ".,;:!?'\"’”»…*_~"


class Entity(NamedTuple):
    """A link, mention or hashtag in a text, from `start` to `end`. `text`: the link, user@domain, or the bare tag."""

    kind: str
    """url, mention or tag."""
    start: int
    end: int
    text: str


class Unit(NamedTuple):
    """How a network counts. `local_mentions`: of @user@domain only @user counts."""

    measure: Callable[[str], int]
    local_mentions: bool = False


def _graphemes(text: str) -> int:
    size = len(text) - text.count("\r\n")
    if text.isascii():
        return size
    # Between two characters that stand alone there is always a border: only the stretches around others are looked at.
    for match in _JOINING.finditer(text):
        piece = text[max(0, match.start() - 1) : match.end() + 1]
        size -= len(piece) - len(_CLUSTER.findall(piece))
    return size


def _utf16(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


UNITS: dict[str, Unit] = {
    "grapheme": Unit(_graphemes),
    "codepoint": Unit(len),
    "utf16": Unit(_utf16),
    "byte": Unit(_bytes),
    "grapheme_local_mentions": Unit(_graphemes, local_mentions=True),
}
"""The units a limit may be given in, by name."""


def count(text: str, unit: str, *, url_weight: int | None = None) -> int:
    """Count a text in a unit of `UNITS`; each http(s) link counts `url_weight` where one is given.

    ValueError for a unit that isn't there.
    """
    chosen = _unit(unit)
    if (url_weight is None or "://" not in text) and not (chosen.local_mentions and "@" in text):
        return chosen.measure(text)
    pieces, at = [], 0
    for entity in entities(text):
        shown = _counted(entity, text, chosen, url_weight)
        pieces += [text[at : entity.start], shown]
        at = entity.end
    return chosen.measure("".join([*pieces, text[at:]]))


def hashtags(text: str) -> list[str]:
    """List the hashtags in order, repeats included, without their #."""
    return [entity.text for entity in entities(text) if entity.kind == "tag"] if "#" in text or "\uff03" in text else []


def mentions(text: str) -> list[str]:
    """List the mentions in order, without the leading @: "user", "user@server", "user.example"."""
    return [entity.text for entity in entities(text) if entity.kind == "mention"] if "@" in text else []


def links(text: str) -> list[str]:
    """List the http and https links in order, without the punctuation that follows them."""
    return [entity.text for entity in entities(text) if entity.kind == "url"] if "://" in text else []


def entities(text: str) -> Iterator[Entity]:
    """Yield links, mentions and hashtags from left to right; none lies within another."""
    at = 0
    while sign := _MAY_BEGIN.search(text, at):
        at = sign.start() + 1
        match = _ENTITY.match(text, sign.start())
        if match is None:
            continue
        start = match.start()
        if match["url"] is not None:
            at = start + _link_length(match["url"])
            yield Entity("url", start, at, text[start:at])
        elif match["local"] is not None:
            at = match.end()
            yield Entity("mention", start, at, text[start + 1 : at])
        else:
            at = match.end()
            yield Entity("tag", start, at, match["tag"])


def split_thread(text: str, limit: int, unit: str, url_weight: int | None = None) -> list[str]:
    """Split a text into items of at most `limit`, at the border of a paragraph, else sentence, else word.

    No item begins or ends inside a character, link, mention or tag, so one of these alone may be over the limit.
    White space at the cuts is dropped. An empty text gives no items; ValueError for a limit below 1.
    """
    if limit < 1:
        raise ValueError(f"limit: found {limit}; at least 1 is needed")
    rest = text.strip()
    if not rest:
        return []
    if count(rest, unit, url_weight=url_weight) <= limit:
        return [rest]
    borders = _borders(rest)
    sums = [0, *accumulate(_weight(rest[a:b], unit, url_weight) for a, b in pairwise(borders))]
    items, first = [], 0
    while first < len(borders) - 1:
        last = max(bisect_right(sums, sums[first] + limit) - 1, first + 1)
        if last < len(borders) - 1:
            last = _best_cut(rest, borders, first, last)
        items.append(rest[borders[first] : borders[last]].strip())
        first = last
        while first < len(borders) - 1 and rest[borders[first] : borders[first + 1]].isspace():
            first += 1
    return [item for item in items if item]


def _unit(name: str) -> Unit:
    try:
        return UNITS[name]
    except KeyError:
        raise ValueError(f"unit: found {name!r}; allowed are {', '.join(UNITS)}") from None


def _counted(entity: Entity, text: str, unit: Unit, url_weight: int | None) -> str:
    """Give what stands for an entity when the text is measured."""
    if entity.kind == "url" and url_weight is not None:
        return "x" * url_weight
    if entity.kind == "mention" and unit.local_mentions:
        return "@" + entity.text.partition("@")[0]
    return text[entity.start : entity.end]


def _link_length(found: str) -> int:
    """Tell where a link ends: before a closing bracket that it didn't open, and before closing punctuation."""
    open_ones: list[str] = []
    end = len(found)
    for index, char in enumerate(found):
        if char in _OPENERS.values():
            open_ones.append(char)
        elif char in _OPENERS and (not open_ones or open_ones.pop() != _OPENERS[char]):
            end = index
            break
    return len(found[:end].rstrip(_TRAILING))


def _borders(text: str) -> list[int]:
    """List where the text may be cut at all: between characters, but not within a link, mention or tag."""
    kept = [(entity.start, entity.end) for entity in entities(text)]
    # What is no link after a letter would become one at the start of an item: no cut there either.
    kept = sorted([*kept, *(match.span() for match in _ANY_URL.finditer(text))])
    ends, at = [0], 0
    for cluster in _CLUSTER.finditer(text):
        end = cluster.end()
        while at < len(kept) and kept[at][1] <= end:
            at += 1
        if not any(start < end < stop for start, stop in kept[at : at + 2]):
            ends.append(end)
    return ends


def _weight(piece: str, unit: str, url_weight: int | None) -> int:
    """Give the most that a piece can count, whether its neighbours make it a link or not."""
    plain = count(piece, unit)
    return plain if url_weight is None or len(piece) == 1 else max(plain, count(piece, unit, url_weight=url_weight))


_PARAGRAPH = regex.compile(r"\s*\n\s*\n\s*")
_SENTENCE = regex.compile(r"(?:[.!?…]+[\"'”’»)\]]*\s+|[。\uff01\uff1f]+[」』\uff09]*\s*|\n\s*)")
_WORD = regex.compile(r"\s+")


def _best_cut(text: str, borders: list[int], first: int, last: int) -> int:
    """Give the index of the border to cut at: the last of the best kind; paragraph and sentence from half way on."""
    start, end = borders[first], borders[last]
    half = start + (end - start) // 2
    allowed = {border: index for index, border in enumerate(borders[first + 1 : last + 1], first + 1)}
    for pattern, at_least in ((_PARAGRAPH, half), (_SENTENCE, half), (_WORD, start)):
        # White space after the cut is dropped, so a border may also stand at the end of what fits.
        cuts = [_edge(match, pattern) for match in pattern.finditer(text, start, min(len(text), end + 1))]
        for cut in reversed(cuts):
            if cut in allowed and cut > at_least:
                return allowed[cut]
    return last


def _edge(match: regex.Match[str], pattern: regex.Pattern[str]) -> int:
    """Give where the kept text ends: before the white space that the border consists of or ends with."""
    return match.start() + len(match.group().rstrip()) if pattern is _SENTENCE else match.start()
