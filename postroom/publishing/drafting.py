"""From a post and a publication to the drafts a network gets: one for the post, one for each item that follows.

The composer's check and the engine build the same drafts here, so that what fitted while writing fits when it is sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from postroom.kit import text as words
from postroom.networks.shape import Draft, Format, Media, MediaKind, Poll, Receipt

Files = Mapping[int, tuple[Media, ...]]
"""The files of each part, by item position (0 = the post itself)."""


@dataclass(frozen=True, slots=True)
class Item:
    """What follows the post: the next part of its thread, or its first comment."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Content:
    """What one publication says, with the post's own words where it has none of its own."""

    format: Format
    text: str
    items: tuple[Item, ...] = ()
    poll: Poll | None = None
    link: str | None = None
    languages: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    ai_made: bool = False
    media: tuple[Mapping[str, Any], ...] = ()
    """What files it wants: {"asset_id", "item_position", "alt_text", "crop"} in order."""

    @property
    def parts(self) -> int:
        """How many things become public: the post and its items."""
        return 1 + len(self.items)


def make_content(  # the columns of a post and of a publication
    *,
    type_: str,
    text: str,
    link: str = "",
    languages: Sequence[str] = (),
    poll: Mapping[str, Any] | None = None,
    ai_made: bool = False,
    hashtags: Sequence[str] = (),
    items: Sequence[Mapping[str, Any]] | None = None,
    media: Sequence[Mapping[str, Any]] | None = None,
    own_text: str | None = None,
    own_options: Mapping[str, Any] | None = None,
    own_format: str = "",
    own_items: Sequence[Mapping[str, Any]] | None = None,
    own_media: Sequence[Mapping[str, Any]] | None = None,
) -> Content:
    """Lay a publication's own words over the post's. Hashtags that the text doesn't hold yet are added to its end."""
    files = tuple((media if own_media is None else own_media) or ())
    further = (items if own_items is None else own_items) or ()
    return Content(
        format=format_of(own_format or type_, files),
        text=with_hashtags(text if own_text is None else own_text, hashtags),
        items=tuple(Item(item.get("kind", "thread"), item.get("text", "")) for item in further),
        poll=_poll(poll) if poll else None,
        link=link or None,
        languages=tuple(languages),
        options=own_options or {},
        ai_made=ai_made,
        media=files,
    )


def format_of(name: str, files: Sequence[Mapping[str, Any]] = ()) -> Format:
    """Give the format of a post's type. "mixed" follows from how many files the post itself has."""
    if name != "mixed":
        return Format(name)
    own = sum(file.get("item_position", 0) == 0 for file in files)
    return Format.CAROUSEL if own > 1 else Format.IMAGE if own else Format.TEXT


def with_hashtags(text: str, hashtags: Sequence[str]) -> str:
    """Add the hashtags that aren't in the text yet, after an empty line."""
    if not hashtags:
        return text
    there = {tag.lower() for tag in words.hashtags(text)}
    wanted = [tag.lstrip("#") for tag in hashtags]
    missing = " ".join(f"#{tag}" for tag in dict.fromkeys(wanted) if tag and tag.lower() not in there)
    return f"{text}\n\n{missing}".strip() if missing else text


def _poll(stored: Mapping[str, Any]) -> Poll:
    return Poll(
        options=tuple(stored.get("options", ())),
        seconds=int(stored.get("seconds", 86_400)),
        multiple=bool(stored.get("multiple")),
        hide_totals=bool(stored.get("hide_totals")),
    )


def make_draft(
    content: Content, part: int, *, key: str, at: datetime, receipts: Sequence[Receipt] = (), files: Files | None = None
) -> Draft:
    """Make the draft of one part. Items point at the post (`root`) and at what they follow (`parent`)."""
    media = files.get(part, ()) if files else ()
    if part == 0:
        return Draft(
            key,
            at,
            content.format,
            content.text,
            media,
            content.poll,
            content.link,
            content.languages,
            content.options,
            None,
            None,
            content.ai_made,
        )
    item = content.items[part - 1]
    parent = receipts[0] if item.kind == "first_comment" else receipts[part - 1]
    return Draft(
        key=key,
        at=at,
        format=_format_of_media(media),
        text=item.text,
        media=media,
        languages=content.languages,
        options=content.options,
        root=receipts[0],
        parent=parent,
        ai_made=content.ai_made,
    )


def _format_of_media(media: Sequence[Media]) -> Format:
    if not media:
        return Format.TEXT
    if any(file.kind is MediaKind.VIDEO for file in media):
        return Format.VIDEO
    return Format.CAROUSEL if len(media) > 1 else Format.IMAGE


def drafts_to_check(content: Content, *, at: datetime, files: Files | None = None) -> tuple[Draft, ...]:
    """Make all drafts of a content as they will be, with made-up keys and receipts: for `networks.rules.check`."""
    standing = [Receipt("check", "https://check.invalid/")] * content.parts
    return tuple(
        make_draft(content, part, key="check", at=at, receipts=standing, files=files) for part in range(content.parts)
    )
