"""Everything a composer's page shows for one sheet: channels, files, options, and how the post would look where."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from postroom.channels.queries import ChannelRow, channels
from postroom.kit import text as words
from postroom.library.queries import AssetRow, assets_by_id
from postroom.networks import registry
from postroom.networks.rules import Problem
from postroom.publishing.weighing import Part, Weighed, free_slots, weigh
from postroom.web.composer.sheet import File, Own, Sheet, local_time, variants_of, writing_of
from postroom.web.library.tiles import Tile, tile_of
from postroom.workspaces.actors import Actor
from postroom.workspaces.errors import BadInput
from postroom.workspaces.permissions import Permission

SHOWN: Final = 200
"""Channels of a brand that are offered."""
SLOTS_LOOKED_AT: Final = 12


class Brand(Protocol):
    """What is asked of a brand."""

    @property
    def id(self) -> UUID:
        """Its id."""

    @property
    def time_zone(self) -> str:
        """The zone of its times."""


@dataclass(frozen=True, slots=True)
class Field:
    """An option of a network as a field. `value`: as it stands."""

    name: str
    label: str
    kind: str
    choices: tuple[tuple[str, str], ...]
    help: str
    value: str
    max_length: int | None


@dataclass(frozen=True, slots=True)
class Chip:
    """A channel to choose. `why_not`: why it can't be, in words."""

    row: ChannelRow
    is_chosen: bool
    why_not: str
    note: str
    own: Own
    options: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """A file in its place on the post."""

    file: File
    tile: Tile | None
    alt: str

    @property
    def crop_text(self) -> str:
        """The crop as the form carries it."""
        return json.dumps(dict(self.file.crop)) if self.file.crop else ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text. `kind`: "" (plain), url, mention, tag; `is_over`: beyond what the network takes."""

    text: str
    kind: str
    is_over: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """One part of a preview."""

    part: Part
    pieces: tuple[Piece, ...]
    is_over: bool
    left: int | None


@dataclass(frozen=True, slots=True)
class Preview:
    """How a post would look on one channel."""

    row: ChannelRow
    weighed: Weighed
    first: Shown
    others: tuple[Shown, ...]
    has_own_text: bool


def chips_of(actor: Actor, brand: Brand, sheet: Sheet) -> list[Chip]:
    """Offer a brand's channels."""
    return [_chip(row, sheet) for row in offered(actor, brand, sheet)]


def offered(actor: Actor, brand: Brand, sheet: Sheet) -> list[ChannelRow]:
    """Give a brand's first channels and all that the post is on: saving takes away what isn't offered."""
    rows = channels(actor, brand_id=brand.id, limit=SHOWN)
    further = set(sheet.channels) - {row.id for row in rows}
    if further:
        rows += channels(actor, brand_id=brand.id, ids=further, limit=len(further), gone=True)
    return rows


def _chip(row: ChannelRow, sheet: Sheet) -> Chip:
    own = sheet.own.get(row.id, Own())
    is_chosen = row.id in sheet.channels
    why_not = "" if row.status == "active" else row.status_reason or gettext("It has to be connected again first.")
    note = (row.paused_why or gettext("Paused: what is due waits.")) if row.paused_at else ""
    fields = tuple(
        Field(
            one.name,
            one.label,
            one.kind,
            one.choices,
            one.help,
            own.options.get(one.name, ("1" if one.default else "0") if one.kind == "bool" else str(one.default or "")),
            one.max_length,
        )
        for one in registry.get(row.network).options
    )
    return Chip(row, is_chosen, why_not, note, own, fields)


def placed(actor: Actor, sheet: Sheet) -> list[Placed]:
    """Lay out the post's files; one that is gone has no tile."""
    found: Mapping[UUID, AssetRow] = assets_by_id(actor, [one.asset_id for one in sheet.files]) if sheet.files else {}
    return [_placed(one, found.get(one.asset_id)) for one in sheet.files]


def _placed(file: File, row: AssetRow | None) -> Placed:
    alt = file.alt if file.alt is not None else row.alt_text if row else ""
    return Placed(file, tile_of(row) if row else None, alt)


def with_alts(sheet: Sheet, files: Sequence[Placed]) -> Sheet:
    """Take the library's words for files of which nothing was said yet."""
    return replace(sheet, files=tuple(replace(one.file, alt=one.alt) for one in files))


def look(
    actor: Actor, brand: Brand, sheet: Sheet, chips: Sequence[Chip], stored: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Weigh what stands in the form: previews and counters per channel, and problems by field."""
    rows = {one.row.id: one.row for one in chips}
    networks = {one.row.id: one.row.network for one in chips}
    try:
        found = weigh(
            actor,
            brand_id=brand.id,
            writing=writing_of(sheet, stored),
            variants=variants_of(sheet, networks, stored),
        )
    except BadInput as refusal:
        return {"previews": [], "problems": {}, "refused": {refusal.field: refusal.allowed}, "blocked": True}
    previews = [_preview(rows[one.channel_id], one, sheet) for one in found]
    problems = {} if sheet.is_empty else _problems(previews)
    return {
        "previews": previews,
        "problems": problems,
        "refused": {},
        "blocked": any(one.weighed.blocks for one in previews),
        "is_empty": sheet.is_empty,
    }


def _preview(row: ChannelRow, weighed: Weighed, sheet: Sheet) -> Preview:
    first, *others = (_shown(one) for one in weighed.parts)
    return Preview(row, weighed, first, tuple(others), sheet.own.get(row.id, Own()).is_own)


def _shown(part: Part) -> Shown:
    is_over = part.limit is not None and part.length > part.limit
    left = None if part.limit is None else part.limit - part.length
    return Shown(part, tuple(_pieces(part.text, part.fits)), is_over, left)


def _pieces(text: str, fits: int) -> list[Piece]:
    spans, at = [], 0
    for one in words.entities(text):
        spans += [(at, one.start, ""), (one.start, one.end, one.kind)]
        at = one.end
    spans.append((at, len(text), ""))
    pieces = []
    for start, end, kind in spans:
        for begin, stop, over in ((start, min(end, fits), False), (max(start, fits), end, True)):
            if begin < stop:
                pieces.append(Piece(text[begin:stop], kind, over))
    return pieces


def _problems(previews: Sequence[Preview]) -> dict[str, list[dict[str, Any]]]:
    """Sort problems by the field they are shown at: text, media, further, link, options, other."""
    sorted_: dict[str, list[dict[str, Any]]] = {}
    for preview in previews:
        for one in preview.weighed.problems:
            told = {"row": preview.row, "problem": one, "words": words_of(one)}
            sorted_.setdefault(_field_of(one), []).append(told)
    return sorted_


def _field_of(problem: Problem) -> str:
    head = problem.where.partition(".")[0]
    if head in {"items", "thread"}:
        return "further"  # a template would take "items" for the dict's own
    return head if head in {"text", "media", "link", "options"} else "other"


def words_of(problem: Problem) -> str:
    """Put a problem in words; how much has to go where a number says it."""
    if problem.code == "text.max" and isinstance(problem.found, int | float) and problem.allowed:
        over = int(problem.found - problem.allowed)
        said = ngettext("%(over)d character too long", "%(over)d characters too long", over) % {"over": over}
        return f"{said} ({problem.found:,.0f} / {problem.allowed:,.0f})"
    return problem.message[:1].upper() + problem.message[1:]


def times(actor: Actor, brand: Brand, sheet: Sheet, now: datetime) -> dict[str, Any]:
    """Say when it could go out: the brand's zone, its next free slot, and the time that stands in the field."""
    zone = ZoneInfo(brand.time_zone)
    chosen = sheet.channels[:SLOTS_LOOKED_AT]
    slots = sorted(one for one in free_slots(actor, brand_id=brand.id, channel_ids=chosen, now=now).values() if one)
    soon = (now.astimezone(zone) + timedelta(hours=1)).replace(minute=0, second=0)
    return {
        "zone": brand.time_zone,
        "zone_short": now.astimezone(zone).tzname(),
        "slot": slots[0].astimezone(zone) if slots else None,
        "last_slot": slots[-1].astimezone(zone) if slots and slots[-1] != slots[0] else None,
        "has_channels": bool(chosen),
        "at": sheet.at or local_time(soon),
        "earliest": local_time(now.astimezone(zone)),
    }


def told(actor: Actor, brand: Brand, sheet: Sheet, stored: Mapping[str, Any] | None) -> dict[str, Any]:
    """Everything that follows from a sheet, for the page and for its live parts."""
    chips = chips_of(actor, brand, sheet)
    files = placed(actor, sheet)
    sheet = with_alts(sheet, files)
    return {
        "brand": brand,
        "sheet": sheet,
        "chips": chips,
        "chosen": [one for one in chips if one.is_chosen],
        "files": files,
        "time": times(actor, brand, sheet, timezone.now()),
        "may_schedule": actor.may(Permission.POSTS_SCHEDULE, brand.id),
        "may_upload": actor.may(Permission.LIBRARY_EDIT, brand.id),
        **look(actor, brand, sheet, chips, stored),
    }
