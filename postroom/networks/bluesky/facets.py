"""Links, mentions and hashtags in a text. Nothing is detected by the server: we say which bytes mean what.

https://docs.bsky.app/docs/advanced-guides/post-richtext, checked 2026-11-20: offsets count UTF-8 bytes, `byteEnd` is
exclusive, features must not overlap. What is a link, mention or tag is decided by `kit.text`, as in the composer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from postroom.kit import text as words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HANDLE = re.compile(
    r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE
)
"""https://atproto.com/specs/handle: a host name with at least one dot, whose last label begins with a letter."""
PATH_SHOWN = 16
"""Characters of a path that a short link shows, as Bluesky's own composer does."""
TYPE = "app.bsky.richtext.facet"


class Span(NamedTuple):
    """Something found in a text, from byte `start` up to byte `end` of the posted text's UTF-8 form."""

    kind: str
    """url, mention or tag."""
    start: int
    end: int
    value: str


def shown(text: str, *, short: bool = False) -> tuple[str, list[Span]]:
    """Give the text as it is posted and what in it can become a facet, from left to right.

    A mention must be a handle (not @user@server). `short`: links are shown without scheme and cut, as in Bluesky's own
    apps; the facet keeps the whole address.
    """
    pieces, found, at, byte = [], [], 0, 0
    for entity in words.entities(text):
        if entity.kind == "mention" and not HANDLE.fullmatch(entity.text):
            continue
        before, seen = text[at : entity.start], text[entity.start : entity.end]
        if short and entity.kind == "url":
            seen = _cut(seen)
        start = byte + len(before.encode())
        byte, at = start + len(seen.encode()), entity.end
        pieces += [before, seen]
        found.append(Span(entity.kind, start, byte, entity.text))
    return "".join([*pieces, text[at:]]), found


def _cut(url: str) -> str:
    """example.com/a-long-way/to/it → example.com/a-long-way/to…; never longer than the address itself."""
    host, slash, rest = url.split("://", 1)[1].partition("/")
    path = (slash + rest).rstrip("/")
    return host + (path if len(path) <= PATH_SHOWN else path[: PATH_SHOWN - 1] + "…")


def handles(text: str) -> list[str]:
    """List the handles mentioned, in lower case, each once, in order."""
    return list(dict.fromkeys(span.value.lower() for span in shown(text)[1] if span.kind == "mention"))


def facets(spans: Sequence[Span], dids: Mapping[str, str]) -> list[dict[str, Any]]:
    """Make the facets of what was found. `dids`: lower-case handle → DID; a mention of nobody stays plain text."""
    made = []
    for span in spans:
        feature = _feature(span, dids)
        if feature:
            made.append({"index": {"byteStart": span.start, "byteEnd": span.end}, "features": [feature]})
    return made


def _feature(span: Span, dids: Mapping[str, str]) -> dict[str, str] | None:
    if span.kind == "url":
        return {"$type": f"{TYPE}#link", "uri": span.value}
    if span.kind == "tag":
        return {"$type": f"{TYPE}#tag", "tag": span.value}
    did = dids.get(span.value.lower())
    return {"$type": f"{TYPE}#mention", "did": did} if did else None
