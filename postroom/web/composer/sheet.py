"""What stands in the composer: read from a form, an address or a stored post, and made into what verbs take.

Nothing here judges: whatever was typed stays as it was typed, so that a page with an error can show it again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import QueryDict

from postroom.kit import text as words
from postroom.networks import registry
from postroom.networks.shape import Option
from postroom.posts.content import ItemOf, MediaOf, Writing
from postroom.publishing.planning import Variant

KEPT = ("title", "languages", "campaign", "labels", "poll", "metadata")
"""What a post has beyond this form; it is carried over as it stands."""


@dataclass(frozen=True, slots=True)
class File:
    """A file on the post, in its place."""

    asset_id: UUID
    alt: str | None = None
    """None: not said yet, so the library's is taken."""
    crop: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """What follows the post. Its files aren't edited here, only kept."""

    kind: str
    text: str
    files: str = "[]"


@dataclass(frozen=True, slots=True)
class Own:
    """One channel's own words and options, as typed. `text` None = as the post has it."""

    is_own: bool = False
    text: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole form. `when`: at, slot or now; `at`: local time in the brand's zone, as a browser gives it."""

    text: str = ""
    link: str = ""
    is_ai_made: bool = False
    channels: tuple[UUID, ...] = ()
    files: tuple[File, ...] = ()
    items: tuple[Item, ...] = ()
    own: Mapping[UUID, Own] = field(default_factory=dict)
    when: str = "at"
    at: str = ""
    version: int | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing has been written."""
        return not (self.text.strip() or self.files or self.link or any(one.text.strip() for one in self.items))


def as_id(found: object) -> UUID | None:
    """Read an id; None for what is none."""
    try:
        return UUID(str(found))
    except ValueError:
        return None


def _ids(found: list[str]) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys(one for text in found if (one := as_id(text)) is not None))


def read_form(form: QueryDict) -> Sheet:
    """Read what was posted."""
    kinds, texts, files = form.getlist("item_kind"), form.getlist("item_text"), form.getlist("item_files")
    marked = set(_ids(form.getlist("own")))
    own: dict[UUID, Own] = {}
    for name in form:
        what, _space, rest = name.partition("-")
        if what not in {"text", "opt"} or (one := as_id(rest[:36])) is None:
            continue
        before = own.get(one, Own(one in marked))
        if what == "text":
            own[one] = replace(before, text=_lines(str(form[name])))
        else:
            own[one] = replace(before, options={**before.options, rest[37:]: str(form.getlist(name)[-1])})
    version = form.get("version", "")
    return Sheet(
        text=_lines(form.get("text", "")),
        link=form.get("link", "").strip(),
        is_ai_made=bool(form.get("is_ai_made")),
        channels=_ids(form.getlist("channels")),
        files=tuple(
            File(one, form.get(f"alt-{one}"), _json(form.get(f"crop-{one}", ""))) for one in _ids(form.getlist("media"))
        ),
        items=tuple(
            Item("first_comment" if kind == "first_comment" else "thread", _lines(text), kept)
            for kind, text, kept in zip(kinds, texts, [*files, *(["[]"] * len(texts))], strict=False)
        ),
        own=own,
        when=form.get("when", "at"),
        at=form.get("at", ""),
        version=int(version) if version.isdigit() else None,
    )


def read_address(query: QueryDict) -> Sheet:
    """Read what an address asks for: `?channel=`, `?asset=`, `?at=`."""
    return Sheet(
        channels=_ids(query.getlist("channel")),
        files=tuple(File(one) for one in _ids(query.getlist("asset"))),
        at=query.get("at", "")[:16],
    )


def read_stored(post: Mapping[str, Any], at: str) -> Sheet:
    """Read a stored post, as `show_post` gives it."""
    media = post["media"]
    own = {
        UUID(one["channel_id"]): Own(
            one["text"] is not None, one["text"] or "", {name: _said(value) for name, value in one["options"].items()}
        )
        for one in post["publications"]
    }
    return Sheet(
        text=post["text"],
        link=post["link"],
        is_ai_made=post["is_ai_made"],
        channels=tuple(own),
        files=tuple(
            File(UUID(one["asset_id"]), one["alt_text"] or "", one["crop"]) for one in media if not one["item_position"]
        ),
        items=tuple(
            Item(
                one["kind"],
                one["text"],
                json.dumps(
                    [
                        {name: file[name] for name in ("asset_id", "alt_text", "crop")}
                        for file in media
                        if file["item_position"] == one["position"]
                    ]
                ),
            )
            for one in post["items"]
        ),
        own=own,
        at=at,
        version=post["version"],
    )


def writing_of(sheet: Sheet, stored: Mapping[str, Any] | None = None) -> Writing:
    """Make what verbs take; empty items are left out. `stored`: the post as it stands, for what the form doesn't have.

    Hashtags are those that every text holds, so that none is added behind somebody's back.
    """
    texts = [sheet.text, *(one.text for id_, one in sheet.own.items() if one.is_own and id_ in sheet.channels)]
    tags = tuple(
        tag
        for tag in words.hashtags(sheet.text)
        if all(tag.lower() in {two.lower() for two in words.hashtags(text)} for text in texts)
    )
    kept: dict[str, Any] = {name: _fixed(stored[name]) for name in KEPT} if stored else {}
    if stored:
        was = {tag.lower() for tag in words.hashtags(stored["text"])}
        tags += tuple(tag for tag in stored["hashtags"] if tag.lower() not in was)
    return Writing(
        text=sheet.text,
        link=sheet.link,
        is_ai_made=sheet.is_ai_made,
        hashtags=tags,
        media=tuple(MediaOf(one.asset_id, one.alt or "", one.crop) for one in sheet.files),
        items=tuple(item for one in sheet.items if (item := _item(one)) is not None),
        **kept,
    )


def _item(one: Item) -> ItemOf | None:
    files = _json_list(one.files)
    media = tuple(
        MediaOf(id_, str(file.get("alt_text") or ""), file.get("crop"))
        for file in files
        if (id_ := as_id(file.get("asset_id"))) is not None
    )
    return ItemOf(one.text, one.kind, media) if one.text.strip() or media else None


def variants_of(sheet: Sheet, networks: Mapping[UUID, str], stored: Mapping[str, Any] | None = None) -> list[Variant]:
    """Make the variants of the chosen channels; `networks`: of each channel. Media and items of their own are kept."""
    standing = {one["channel_id"]: one for one in stored["publications"]} if stored else {}
    made = []
    for channel_id in sheet.channels:
        if channel_id not in networks:
            continue
        own = sheet.own.get(channel_id, Own())
        was = standing.get(str(channel_id), {})
        made.append(
            Variant(
                channel_id,
                text=own.text if own.is_own else None,
                options=_options(own.options, registry.get(networks[channel_id]).options),
                format=was.get("format", ""),
                **_kept_parts(was),
            )
        )
    return made


def _kept_parts(was: Mapping[str, Any]) -> dict[str, Any]:
    media, items = was.get("media"), was.get("items")
    kept: dict[str, Any] = {}

    def files(position: int) -> tuple[MediaOf, ...]:
        return tuple(
            MediaOf(UUID(str(one["asset_id"])), one.get("alt_text") or "", one.get("crop"))
            for one in media or ()
            if (one.get("item_position") or 0) == position
        )

    if media is not None:
        kept["media"] = files(0)
    if items is not None:
        kept["items"] = tuple(
            ItemOf(one.get("text", ""), one.get("kind", "thread"), files(position))
            for position, one in enumerate(items, start=1)
        )
    return kept


def _options(typed: Mapping[str, str], known: tuple[Option, ...]) -> dict[str, Any]:
    """Read options as the network's description says; what is as it is by itself is left out."""
    read: dict[str, Any] = {}
    for option in known:
        found = typed.get(option.name)
        if found is None:
            continue
        value: Any = found
        if option.kind == "bool":
            value = found == "1"
        elif option.kind == "number":
            value = _number(found) if found.strip() else None
        elif not found:
            value = None if option.default is None else found
        if value is not None and value != option.default and not (value is False and not option.default):
            read[option.name] = value
    return read


def _number(found: str) -> float | str:
    try:
        return int(found) if found.strip().lstrip("-").isdigit() else float(found)
    except ValueError:
        return found


def _fixed(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _said(value: object) -> str:
    return ("1" if value else "0") if isinstance(value, bool) else str(value)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _json(text: str) -> dict[str, float] | None:
    try:
        found = json.loads(text) if text else None
    except ValueError:
        return None
    good = isinstance(found, dict) and all(isinstance(one, int | float) for one in found.values())
    return found if good else None


def _json_list(text: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(text)
    except ValueError:
        return []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def local_time(moment: datetime) -> str:
    """Give a moment as a browser's field for date and time has it."""
    return moment.strftime("%Y-%m-%dT%H:%M")
