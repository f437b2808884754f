"""Our draft in their words: the records that a post becomes. Pure; the same draft gives the same bytes.

https://github.com/bluesky-social/atproto/tree/main/lexicons/app/bsky, checked 2026-11-20.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from postroom.networks.bluesky.facets import facets, shown
from postroom.networks.bluesky.limits import THUMB_BYTES
from postroom.networks.shape import Draft, Json, Media, MediaKind, Option, Receipt
from postroom.networks.verdicts import Rejected, Stop

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

POST = "app.bsky.feed.post"
THREADGATE = "app.bsky.feed.threadgate"
POSTGATE = "app.bsky.feed.postgate"
RULES = {"mentioned": "mentionRule", "followers": "followerRule", "following": "followingRule"}

OPTIONS = (
    Option("labels", "Content label", "choice", (
        ("", "none"), ("sexual", "suggestive"), ("nudity", "nudity"), ("porn", "adult"),
        ("graphic-media", "graphic media"),
    ), default="", help="Readers see a warning first, as they have set it"),
    Option("replies", "Who may reply", "choice", (
        ("everyone", "everyone"), ("nobody", "nobody"), ("mentioned", "people mentioned"),
        ("followers", "followers"), ("following", "people you follow"),
    ), default="everyone", help="Holds for the whole thread; ignored in replies"),
    Option("quotes", "Who may quote", "choice", (("everyone", "everyone"), ("nobody", "nobody")), default="everyone"),
    Option("short_links", "Short links", "bool", default=False,
           help="Links are shown without https:// and cut, as in Bluesky's own apps; only what is shown counts"),
    Option("card_title", "Title of the link card", "text", max_length=300,
           help="Bluesky reads nothing from the linked page; without a title the card shows the address"),
    Option("card_description", "Description of the link card", "text", max_length=1000),
)  # fmt: skip


def written(moment: datetime) -> str:
    """Write a moment as a record does: RFC 3339, milliseconds, UTC."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def counted(draft: Draft) -> str:
    """Give the text whose length the limits speak of: the posted one."""
    return shown(draft.text, short=_short(draft))[0]


def _short(draft: Draft) -> bool:
    return bool(draft.options.get("short_links"))


def check_embed(draft: Draft) -> None:
    """Raise `Stop(Rejected)` for a link card that can't be: a post shows a card or files, a card one picture."""
    if draft.link is None:
        return
    if len(draft.media) > 1 or any(media.kind is not MediaKind.IMAGE for media in draft.media):
        raise Stop(Rejected("a link card goes with one picture at most, which becomes the card's own", "media"))
    if any(media.bytes > THUMB_BYTES for media in draft.media):
        raise Stop(Rejected(f"a link card's picture has at most {THUMB_BYTES:,} bytes", "media.0"))


def post(draft: Draft, blobs: Sequence[Json], dids: Mapping[str, str]) -> Json:
    """Make the post's record. `blobs`: the uploaded files in the draft's order; `dids`: mentioned handle → DID."""
    text, spans = shown(draft.text, short=_short(draft))
    record: Json = {"$type": POST, "text": text, "createdAt": written(draft.at)}
    found = facets(spans, dids)
    if found:
        record["facets"] = found
    if draft.languages:
        record["langs"] = list(draft.languages)
    label = draft.options.get("labels")
    if label:
        record["labels"] = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": label}]}
    if draft.parent:
        record["reply"] = {"root": _strong(draft.root or draft.parent), "parent": _strong(draft.parent)}
    embed = _embed(draft, blobs)
    if embed:
        record["embed"] = embed
    return record


def _strong(receipt: Receipt) -> Json:
    """Point at a record by address and content; both stand in our receipts."""
    return {"uri": receipt.ref["uri"], "cid": receipt.ref["cid"]}


def _embed(draft: Draft, blobs: Sequence[Json]) -> Json | None:
    if draft.link:
        return {"$type": "app.bsky.embed.external", "external": _card(draft, blobs)}
    if not blobs:
        return None
    if draft.media[0].kind is MediaKind.VIDEO:
        media = draft.media[0]
        return {"$type": "app.bsky.embed.video", "video": blobs[0], "alt": media.alt, **_ratio(media)}
    images = [
        {"image": blob, "alt": media.alt, **_ratio(media)} for media, blob in zip(draft.media, blobs, strict=True)
    ]
    return {"$type": "app.bsky.embed.images", "images": images}


def _card(draft: Draft, blobs: Sequence[Json]) -> Json:
    card: Json = {
        "uri": draft.link,
        "title": draft.options.get("card_title") or draft.link,
        "description": draft.options.get("card_description") or "",
    }
    return {**card, "thumb": blobs[0]} if blobs else card


def _ratio(media: Media) -> dict[str, Any]:
    if not (media.width and media.height):
        return {}
    return {"aspectRatio": {"width": media.width, "height": media.height}}


def gates(draft: Draft, uri: str) -> list[Json]:
    """Make the records that say who may reply to and quote the post at `uri`; each `$type` is its collection."""
    made: list[Json] = []
    replies = draft.options.get("replies") or "everyone"
    common = {"post": uri, "createdAt": written(draft.at)}
    if replies != "everyone" and draft.parent is None:
        allow = [{"$type": f"{THREADGATE}#{RULES[replies]}"}] if replies in RULES else []
        made.append({"$type": THREADGATE, **common, "allow": allow})
    if draft.options.get("quotes") == "nobody":
        made.append({"$type": POSTGATE, **common, "embeddingRules": [{"$type": f"{POSTGATE}#disableRule"}]})
    return made
