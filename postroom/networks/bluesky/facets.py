"""Links, mentions and hashtags in a text. Nothing is detected by the server: we say which bytes mean what.

https://docs.bsky.app/docs/advanced-guides/post-richtext, checked 2026-11-20: offsets count UTF-8 bytes, `byteEnd` is
exclusive, features must not overlap. What is a link, mention or tag is decided by `kit.text`, as in the composer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from postroom.kit import text as words

if TYPE_CHECKING:
    from collections.abc import Mapping

HANDLE = re.compile(
    r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE
)
"""https://atproto.com/specs/handle: a host name with at least one dot, whose last label begins with a letter."""
TYPE = "app.bsky.richtext.facet"


class Span(NamedTuple):
    """Something found in a text, from byte `start` up to byte `end` of its UTF-8 form."""

    kind: str
    """url, mention or tag."""
    start: int
    end: int
    value: str


def spans(text: str) -> list[Span]:
    """Find what can become a facet, from left to right; a mention must be a handle (not @user@server)."""
    found, at, byte = [], 0, 0
    for entity in words.entities(text):
        if entity.kind == "mention" and not HANDLE.fullmatch(entity.text):
            continue
        byte += len(text[at : entity.start].encode())
        length = len(text[entity.start : entity.end].encode())
        found.append(Span(entity.kind, byte, byte + length, entity.text))
        byte, at = byte + length, entity.end
    return found


def handles(text: str) -> list[str]:
    """List the handles mentioned, in lower case, each once, in order."""
    return list(dict.fromkeys(span.value.lower() for span in spans(text) if span.kind == "mention"))


def facets(text: str, dids: Mapping[str, str]) -> list[dict[str, Any]]:
    """Make the facets of a text. `dids`: lower-case handle → DID; a mention nobody answers to stays plain text."""
    made = []
    for span in spans(text):
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
