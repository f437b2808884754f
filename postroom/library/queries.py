"""Questions about files: lists of light rows, one of them, and its bytes for a door."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q

from postroom.library.models import Asset, AssetType, Purpose
from postroom.library.removing import GRACE
from postroom.workspaces import values
from postroom.workspaces.actors import Actor, seeing
from postroom.workspaces.errors import NotFound
from postroom.workspaces.permissions import Permission


@dataclass(frozen=True, slots=True)
class AssetRow:
    """A file as lists show it. Sizes in bytes, pixels and seconds; keys are for `addresses`, never for readers."""

    id: UUID
    brand_id: UUID | None
    type: str
    purpose: str
    filename: str
    mime: str
    bytes: int
    width: int | None
    height: int | None
    seconds: float | None
    alt_text: str
    focus: list[float] | None
    title: str
    description: str
    tags: list[str]
    order: int
    usage_count: int
    success_rate: float | None
    last_used_at: datetime | None
    is_ai_made: bool
    version: int
    created_at: datetime
    updated_at: datetime
    storage_key: str
    thumbnail_key: str


@dataclass(frozen=True, slots=True)
class RemovedRow:
    """A removed file whose bytes are still there."""

    id: UUID
    type: str
    filename: str
    title: str
    bytes: int
    thumbnail_key: str
    deleted_at: datetime

    @property
    def restorable_until(self) -> datetime:
        """When it can't be brought back any more."""
        return self.deleted_at + GRACE


_COLUMNS = tuple(field.name for field in fields(AssetRow))
_REMOVED = tuple(field.name for field in fields(RemovedRow))
SEEN: Final = (AssetType.IMAGE, AssetType.VIDEO, AssetType.GIF)
"""The types that need words for whoever can't see them."""
SORTS: Final = {
    "newest": ("-id",),
    "oldest": ("id",),
    "name": ("filename", "id"),
    "largest": ("-bytes", "-id"),
    "most_used": ("-usage_count", "-id"),
}
"""Orders of a list; each ends with the id, which is the order they were uploaded in."""


def assets(
    actor: Actor,
    *,
    brand_id: UUID | None = None,
    type_: str | None = None,
    purpose: str | None = None,
    tag: str | None = None,
    search: str | None = None,
    no_alt: bool = False,
    sort: str = "newest",
    after: UUID | None = None,
    limit: int = 50,
) -> list[AssetRow]:
    """The files this actor sees, in the order of `sort` (see SORTS); `after`: the id of the last one seen before.

    `brand_id`: that brand's and those of every brand. `search`: part of name, title or alternative text. `no_alt`:
    what is to be seen and has no alternative text. Raises BadInput for a type, purpose or sort that there isn't.
    """
    actor.demand(Permission.LIBRARY_READ)
    wanted = Q(workspace_id=actor.workspace_id, deleted_at__isnull=True) & _visible(actor)
    if brand_id is not None:
        wanted &= Q(brand_id=brand_id) | Q(brand_id=None)
    if type_ is not None:
        wanted &= Q(type=values.one_of(AssetType.values)("type", type_))
    if purpose is not None:
        wanted &= Q(purpose__in=(values.one_of(Purpose.values)("purpose", purpose), Purpose.ANY))
    if tag:
        wanted &= Q(tags__contains=[tag])
    if search:
        wanted &= Q(filename__icontains=search) | Q(title__icontains=search) | Q(alt_text__icontains=search)
    if no_alt:
        wanted &= Q(alt_text="", type__in=SEEN)
    order = SORTS[values.one_of(SORTS)("sort", sort)]
    with seeing(actor):
        if after is not None:
            wanted &= _behind(order, after)
        rows = Asset.objects.filter(wanted).order_by(*order).values_list(*_COLUMNS)[:limit]
        return [AssetRow(*row) for row in rows]


def count_without_alt(actor: Actor) -> int:
    """How many files that are to be seen have no alternative text yet."""
    actor.demand(Permission.LIBRARY_READ)
    wanted = Q(workspace_id=actor.workspace_id, deleted_at__isnull=True, alt_text="", type__in=SEEN)
    with seeing(actor):
        return Asset.objects.filter(wanted & _visible(actor)).count()


def removed_assets(actor: Actor, *, limit: int = 100) -> list[RemovedRow]:
    """The removed files whose bytes are still there, the latest removed first."""
    actor.demand(Permission.LIBRARY_READ)
    wanted = Q(workspace_id=actor.workspace_id, deleted_at__isnull=False) & ~Q(storage_key="") & _visible(actor)
    with seeing(actor):
        found = Asset.objects.filter(wanted).order_by("-deleted_at", "-id").values_list(*_REMOVED)[:limit]
        return [RemovedRow(*row) for row in found]


def one_asset(actor: Actor, asset_id: UUID) -> AssetRow:
    """A file by its id. NotFound also for one this actor doesn't see."""
    found = assets_by_id(actor, [asset_id])
    if not found:
        raise NotFound("asset", asset_id)
    return found[asset_id]


def assets_by_id(actor: Actor, asset_ids: list[UUID]) -> dict[UUID, AssetRow]:
    """Files by their ids, those that this actor sees."""
    actor.demand(Permission.LIBRARY_READ)
    wanted = Q(workspace_id=actor.workspace_id, id__in=asset_ids, deleted_at__isnull=True) & _visible(actor)
    with seeing(actor):
        return {row[0]: AssetRow(*row) for row in Asset.objects.filter(wanted).values_list(*_COLUMNS)}


def _behind(order: tuple[str, ...], after: UUID) -> Q:
    """What comes after that row in this order; nothing, once the row is gone for good."""
    *first, last = order
    is_behind = Q(**{"id__lt" if last.startswith("-") else "id__gt": after})
    if not first:
        return is_behind
    name = first[0].lstrip("-")
    found = Asset.objects.filter(id=after).values_list(name, flat=True).first()
    if found is None:
        return Q(pk__in=())
    return Q(**{f"{name}__{'lt' if first[0].startswith('-') else 'gt'}": found}) | Q(**{name: found}) & is_behind


def _visible(actor: Actor) -> Q:
    return Q() if actor.brand_ids is None else Q(brand_id=None) | Q(brand_id__in=actor.brand_ids)
