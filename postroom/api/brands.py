"""Brands, their posting slots, and the niches they share."""

from datetime import datetime, time
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from postroom.api.answers import Page, Paged, WhyIn, as_json, created, one, page, page_of, shaped
from postroom.api.keys import Called
from postroom.api.shapes import In
from postroom.api.versions import expected_version
from postroom.brands import editing, niches, queries, slots
from postroom.brands.slots import WeeklyTime

router = Router(tags=["brands"])
niche_router = Router(tags=["brands"])
_TURNS = {
    "pause": editing.pause_brand,
    "resume": editing.resume_brand,
    "activate": editing.activate_brand,
    "deactivate": editing.deactivate_brand,
}


class BrandChanges(In):
    """What can be set on a brand; what is left out stays."""

    name: str | None = None
    slug: str | None = None
    description: str | None = None
    niche_id: UUID | None = None
    voice_notes: str | None = None
    default_hashtags: list[str] | None = None
    daily_post_limit: int | None = None
    time_zone: str | None = Field(None, examples=["Europe/Berlin"])
    utm_defaults: dict[str, str] | None = None
    logo_url: str | None = None


class BrandIn(BrandChanges):
    """A brand to make; the slug is made of the name, the zone is the workspace's."""

    name: str


class BrandOut(Schema):
    """A brand."""

    id: UUID
    name: str
    slug: str
    description: str
    status: str
    status_reason: str
    niche_id: UUID | None
    voice_notes: str
    default_hashtags: list[str]
    daily_post_limit: int
    time_zone: str
    utm_defaults: dict[str, str]
    logo_url: str
    version: int
    created_at: datetime
    updated_at: datetime


class BrandFilters(Paged):
    """Which brands."""

    status: str | None = None


class Slot(Schema):
    """A weekly time in the brand's zone; weekday 0 is Monday."""

    model_config = {"extra": "forbid"}

    weekday: int
    local_time: time


class SlotsIn(In):
    """All slots of a brand, or of one of its channels alone."""

    times: list[Slot]
    channel_id: UUID | None = None


class SlotsOut(Schema):
    """The slots in the order of the week."""

    times: list[Slot]


class NicheChanges(In):
    """What can be set on a niche."""

    name: str | None = None
    tier: int | None = None
    status: str | None = None


class NicheIn(In):
    """A niche to make."""

    name: str
    tier: int = 1


class NicheOut(Schema):
    """A niche."""

    id: UUID
    name: str
    slug: str
    tier: int
    status: str


@router.get("", response=Page[BrandOut])
def list_brands(request: Called, filters: Query[BrandFilters]) -> HttpResponse:
    """List the brands this key sees, in the order they were made."""
    return page(request, filters, BrandOut, lambda **wanted: queries.brands(request.actor, **wanted))


@router.post("", response={201: BrandOut})
def create_brand(request: Called, payload: BrandIn) -> HttpResponse:
    """Make a brand."""
    fields = payload.model_dump(exclude_unset=True)
    brand = editing.create_brand(actor=request.actor, now=timezone.now(), **fields)
    return created(BrandOut, brand, f"/brands/{brand.id}", version=brand.version)


@router.get("/{uuid:brand_id}", response=BrandOut)
def show_brand(request: Called, brand_id: UUID) -> HttpResponse:
    """Give one brand."""
    brand = queries.one_brand(request.actor, brand_id)
    return one(BrandOut, brand, version=brand.version)


@router.patch("/{uuid:brand_id}", response=BrandOut)
def edit_brand(request: Called, brand_id: UUID, payload: BrandChanges) -> HttpResponse:
    """Change what is given. Send the ETag you have read as If-Match."""
    brand = editing.edit_brand(
        actor=request.actor,
        brand_id=brand_id,
        changes=payload.model_dump(exclude_unset=True),
        version=expected_version(request),
        now=timezone.now(),
    )
    return one(BrandOut, brand, version=brand.version)


def _turn(request: Called, brand_id: UUID, payload: WhyIn, turn: str) -> HttpResponse:
    brand = _TURNS[turn](actor=request.actor, brand_id=brand_id, why=payload.why, now=timezone.now())
    return one(BrandOut, brand, version=brand.version)


@router.post("/{uuid:brand_id}/pause", response=BrandOut)
def pause_brand(request: Called, brand_id: UUID, payload: WhyIn) -> HttpResponse:
    """Hold everything of a brand until it is resumed."""
    return _turn(request, brand_id, payload, "pause")


@router.post("/{uuid:brand_id}/resume", response=BrandOut)
def resume_brand(request: Called, brand_id: UUID, payload: WhyIn) -> HttpResponse:
    """Let a paused brand go on."""
    return _turn(request, brand_id, payload, "resume")


@router.post("/{uuid:brand_id}/activate", response=BrandOut)
def activate_brand(request: Called, brand_id: UUID, payload: WhyIn) -> HttpResponse:
    """Put a brand back into use."""
    return _turn(request, brand_id, payload, "activate")


@router.post("/{uuid:brand_id}/deactivate", response=BrandOut)
def deactivate_brand(request: Called, brand_id: UUID, payload: WhyIn) -> HttpResponse:
    """Put a brand out of use; nothing is lost."""
    return _turn(request, brand_id, payload, "deactivate")


@router.get("/{uuid:brand_id}/slots", response=SlotsOut)
def show_slots(request: Called, brand_id: UUID, channel_id: UUID | None = None) -> HttpResponse:
    """Give the weekly posting slots of a brand, or those of one channel alone."""
    return _slots(queries.slots(request.actor, brand_id, channel_id=channel_id))


@router.put("/{uuid:brand_id}/slots", response=SlotsOut)
def set_slots(request: Called, brand_id: UUID, payload: SlotsIn) -> HttpResponse:
    """Put these slots in place of all there are."""
    times = [WeeklyTime(one.weekday, one.local_time) for one in payload.times]
    made = slots.set_slots(
        actor=request.actor, brand_id=brand_id, times=times, channel_id=payload.channel_id, now=timezone.now()
    )
    return _slots(made)


def _slots(found: object) -> HttpResponse:
    return as_json(shaped(SlotsOut, {"times": found}))


@niche_router.get("", response=Page[NicheOut])
def list_niches(request: Called, filters: Query[Paged]) -> HttpResponse:
    """List the niches by name."""
    return page_of(request, filters, NicheOut, queries.niches(request.actor))


@niche_router.post("", response={201: NicheOut})
def create_niche(request: Called, payload: NicheIn) -> HttpResponse:
    """Make a niche."""
    niche = niches.create_niche(actor=request.actor, now=timezone.now(), **payload.model_dump())
    return created(NicheOut, niche, f"/niches/{niche.id}")


@niche_router.patch("/{uuid:niche_id}", response=NicheOut)
def edit_niche(request: Called, niche_id: UUID, payload: NicheChanges) -> HttpResponse:
    """Change name, tier or status."""
    changes = payload.model_dump(exclude_unset=True)
    return one(
        NicheOut,
        niches.edit_niche(actor=request.actor, niche_id=niche_id, changes=changes, now=timezone.now()),
    )
