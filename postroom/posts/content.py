"""What a post holds, as a caller gives it: checked here, before any row is touched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from postroom.library.models import AssetType
from postroom.posts.models import ItemKind, PostType
from postroom.workspaces.errors import BadInput

TEXT_MAX = 100_000
"""Characters of a text that we store; every network's own limit is far lower."""
ITEMS_MAX = 100
MEDIA_MAX = 50
LIST_MAX = 100
POLL_OPTIONS_MAX = 20


@dataclass(frozen=True, slots=True)
class MediaOf:
    """A file to put on a post or item. `crop` in parts of the picture: {"x", "y", "width", "height"} from 0 to 1."""

    asset_id: UUID
    alt_text: str = ""
    crop: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class ItemOf:
    """A further item: the next of a thread, or the first comment."""

    text: str
    kind: str = ItemKind.THREAD
    media: tuple[MediaOf, ...] = ()


@dataclass(frozen=True, slots=True)
class Writing:
    """All of a post's content. `type` empty = it follows from the media and the poll."""

    text: str = ""
    type: str = ""
    title: str = ""
    link: str = ""
    languages: tuple[str, ...] = ()
    hashtags: tuple[str, ...] | None = None
    """None = those of the text."""
    mentions: tuple[str, ...] | None = None
    items: tuple[ItemOf, ...] = ()
    media: tuple[MediaOf, ...] = ()
    poll: Mapping[str, Any] | None = None
    campaign: str = ""
    labels: tuple[str, ...] = ()
    is_ai_made: bool = False
    metadata: Mapping[str, Any] = field(default_factory=dict)


def check_writing(writing: Writing) -> None:
    """Raise `BadInput` for what no network could take or we wouldn't store."""
    _check_text("text", writing.text)
    if writing.type and writing.type not in PostType.values:
        raise BadInput("type", writing.type, ", ".join(PostType.values))
    if len(writing.items) > ITEMS_MAX:
        raise BadInput("items", len(writing.items), f"at most {ITEMS_MAX} items")
    for index, item in enumerate(writing.items):
        _check_text(f"items.{index}.text", item.text)
        if item.kind not in ItemKind.values:
            raise BadInput(f"items.{index}.kind", item.kind, ", ".join(ItemKind.values))
        if not item.text.strip() and not item.media:
            raise BadInput(f"items.{index}", "", "a text or a file")
    for name, media in (
        ("media", writing.media),
        *((f"items.{i}.media", m.media) for i, m in enumerate(writing.items)),
    ):
        _check_media(name, media)
    for name, values in (("labels", writing.labels), ("hashtags", writing.hashtags), ("languages", writing.languages)):
        if values is not None and len(values) > LIST_MAX:
            raise BadInput(name, len(values), f"at most {LIST_MAX}")
    if writing.link and not writing.link.startswith(("https://", "http://")):
        raise BadInput("link", writing.link, "an address that starts with https:// or http://")
    _check_poll(writing.poll)


def _check_text(name: str, value: str) -> None:
    if len(value) > TEXT_MAX:
        raise BadInput(name, f"{len(value)} characters", f"at most {TEXT_MAX} characters")
    if "\x00" in value:
        raise BadInput(name, "a NUL character", "text without it")


def _check_media(name: str, media: Sequence[MediaOf]) -> None:
    if len(media) > MEDIA_MAX:
        raise BadInput(name, len(media), f"at most {MEDIA_MAX} files")
    for index, one in enumerate(media):
        _check_text(f"{name}.{index}.alt_text", one.alt_text)
        if one.crop is None:
            continue
        where, crop = f"{name}.{index}.crop", one.crop
        if set(crop) != {"x", "y", "width", "height"} or not all(0 <= value <= 1 for value in crop.values()):
            raise BadInput(where, dict(crop), "x, y, width and height from 0 to 1")
        if crop["width"] <= 0 or crop["height"] <= 0 or crop["x"] + crop["width"] > 1 or crop["y"] + crop["height"] > 1:
            raise BadInput(where, dict(crop), "a part inside the picture")


def _check_poll(poll: Mapping[str, Any] | None) -> None:
    if poll is None:
        return
    unknown = set(poll) - {"options", "seconds", "multiple", "hide_totals"}
    if unknown:
        raise BadInput(f"poll.{min(unknown)}", poll[min(unknown)], "options, seconds, multiple, hide_totals")
    options = poll.get("options")
    texts = isinstance(options, (list, tuple)) and all(isinstance(option, str) and option.strip() for option in options)
    if not texts or not 2 <= len(options or ()) <= POLL_OPTIONS_MAX:
        raise BadInput("poll.options", options, f"2 to {POLL_OPTIONS_MAX} texts")
    seconds = poll.get("seconds")
    if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds <= 0:
        raise BadInput("poll.seconds", seconds, "a whole number of seconds above 0")
    for name in ("multiple", "hide_totals"):
        if not isinstance(poll.get(name, False), bool):
            raise BadInput(f"poll.{name}", poll[name], "true or false")


def type_of(writing: Writing, assets: Mapping[UUID, str]) -> str:
    """Say what kind of post it is by what is on it."""
    kinds = [assets[one.asset_id] for one in writing.media]
    if writing.poll:
        return PostType.POLL
    if not kinds:
        return PostType.TEXT
    if len(kinds) > 1:
        still = {AssetType.IMAGE, AssetType.GIF}
        return PostType.CAROUSEL if set(kinds) <= still else PostType.MIXED
    return PostType.VIDEO if kinds[0] == AssetType.VIDEO else PostType.IMAGE
