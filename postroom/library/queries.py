"""Questions about files: lists of light rows, one of them, and its bytes for a door."""

from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from postroom.library.models import Asset, AssetType, Purpose
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


_COLUMNS = tuple(field.name for field in fields(AssetRow))


def assets(
    actor: Actor,
    *,
    brand_id: UUID | None = None,
    type_: str | None = None,
    purpose: str | None = None,
    tag: str | None = None,
    search: str | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> list[AssetRow]:
    """The files this actor sees, newest first; `after`: the id of the last one of the page before.

    `brand_id`: that brand's and those of every brand. `search`: part of name, title or alternative text. Raises
    BadInput for a type or purpose that there isn't.
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
    if after is not None:
        wanted &= Q(id__lt=after)
    with seeing(actor):
        rows = Asset.objects.filter(wanted).order_by("-id").values_list(*_COLUMNS)[:limit]
        return [AssetRow(*row) for row in rows]


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


def _visible(actor: Actor) -> Q:
    return Q() if actor.brand_ids is None else Q(brand_id=None) | Q(brand_id__in=actor.brand_ids)
