"""Our draft and their JSON, both ways. Pure."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import regex

from postroom.kit.text import entities
from postroom.networks.shape import Counters, Receipt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from postroom.networks.shape import Draft, Json, Media

VISIBILITIES = (
    ("public", "Public"),
    ("unlisted", "Quiet public"),
    ("private", "Followers"),
    ("direct", "Only people mentioned"),
)
COUNTERS = ("replies_count", "reblogs_count", "favourites_count", "quotes_count", "votes_count")
BREAK = re.compile(r"<br\s*/?>|</p>|</li>|</div>", re.IGNORECASE)
TAG = re.compile(r"<[^>]*>")
UNSPOKEN = regex.compile(r"[\s\p{P}\p{Z}\p{C}]+")


def text_of(draft: Draft) -> str:
    """Give the text as it is sent: with the link at its end, where the draft names one that the text doesn't."""
    if draft.link and draft.link not in draft.text:
        return f"{draft.text}\n\n{draft.link}".strip()
    return draft.text


def counted(draft: Draft) -> str:
    """Give all that the length limit counts: content warning and text (StatusLengthValidator, seen 2026-11-20)."""
    return str(draft.options.get("spoiler") or "") + text_of(draft)


def status(draft: Draft, media_ids: Sequence[str]) -> Json:
    """Make the body of `POST /api/v1/statuses`. Never with `scheduled_at`: some servers publish at once."""
    body: Json = {"status": text_of(draft), "visibility": draft.options.get("visibility") or "public"}
    spoiler = draft.options.get("spoiler")
    if spoiler:
        body["spoiler_text"] = spoiler
    # One compatible server takes a JSON boolean only; Mastodon takes it too.
    if draft.options.get("sensitive"):
        body["sensitive"] = True
    if draft.languages:
        body["language"] = draft.languages[0]
    if draft.parent is not None:
        body["in_reply_to_id"] = parent_id(draft)
    if media_ids:
        body["media_ids"] = list(media_ids)
    if draft.poll is not None:
        body["poll"] = {
            "options": list(draft.poll.options),
            "expires_in": draft.poll.seconds,
            "multiple": draft.poll.multiple,
            "hide_totals": draft.poll.hide_totals,
        }
    return body


def parent_id(draft: Draft) -> str | None:
    """Give the id of the status that this one answers."""
    return None if draft.parent is None else str(draft.parent.ref.get("id") or draft.parent.id)


def filename(media: Media) -> str:
    """Name an upload: the kind of file only, as the owner's own names are nobody's business."""
    ending = media.name.rpartition(".")[2] if "." in media.name else media.mime.rpartition("/")[2]
    return f"file.{ending.lower()}" if re.fullmatch(r"[A-Za-z0-9]{1,8}", ending) else "file"


def focus(media: Media) -> str | None:
    """Give the point of interest as "x,y", each from -1 to 1, or None."""
    return None if media.focus is None else ",".join(f"{max(-1.0, min(1.0, axis)):.2f}" for axis in media.focus)


def receipt(found: Mapping[str, Any], server: str) -> Receipt:
    """Make the receipt of a status. `url` may be null on compatible servers; the id is any string."""
    name = str(found["id"])
    url = found.get("url") or found.get("uri") or f"{server}/statuses/{name}"
    return Receipt(name, str(url), {"id": name})


def counters(found: Mapping[str, Any]) -> Counters:
    """Read what a status has earned, as far as its own server knows."""
    poll = found.get("poll")
    told = {**found, "votes_count": poll.get("votes_count") if isinstance(poll, dict) else None}
    raw = {name: told[name] for name in COUNTERS if _is_count(told.get(name))}
    return Counters(
        likes=raw.get("favourites_count"),
        comments=raw.get("replies_count"),
        shares=raw.get("reblogs_count"),
        raw=raw,
    )


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def count(value: Any) -> int | None:
    """Give a number of things, or None for what is none."""
    return value if _is_count(value) else None


def plain(content: str) -> str:
    """Turn a status' HTML into text, a line per paragraph."""
    return html.unescape(TAG.sub("", BREAK.sub("\n", content or ""))).strip()


def essence(text: str) -> str:
    """Reduce a text to what any server keeps: servers reflow, drop a mention's domain, and read Markdown."""
    pieces, at = [], 0
    for entity in entities(text):
        if entity.kind == "mention":
            pieces += [text[at : entity.start], entity.text.partition("@")[0]]
            at = entity.end
    bare = "".join([*pieces, text[at:]])
    return UNSPOKEN.sub("", bare).casefold() or "".join(bare.split())


def moment(value: Any) -> datetime | None:
    """Read an ISO 8601 moment; None when it isn't one."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
