"""Brands: making them, changing them, and whether they post."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from postroom.brands.models import Brand, BrandStatus, Niche
from postroom.events.recording import record
from postroom.workspaces import values
from postroom.workspaces.actors import Actor, acting
from postroom.workspaces.errors import Conflict, NotAllowed, NotFound
from postroom.workspaces.models import Workspace
from postroom.workspaces.permissions import Permission

_NAME = values.text(200, least=1)
FIELDS: dict[str, values.Reader] = {
    "name": _NAME,
    "slug": values.slug,
    "description": values.text(5000),
    "niche_id": lambda field, found: None if found is None else values.identifier(field, found),
    "voice_notes": values.text(20_000),
    "default_hashtags": values.words(30, 100),
    "daily_post_limit": values.whole(1, 1000),
    "time_zone": values.time_zone,
    "utm_defaults": values.flat(10),
    "logo_url": values.web_address,
}
"""What can be set on a brand, and what each field takes."""


class SlugTaken(Conflict):
    """Another brand of the workspace has this slug."""

    code = "slug_taken"


def create_brand(*, actor: Actor, name: str, now: datetime, **fields: object) -> Brand:
    """Make a brand; it posts at once. `fields`: see FIELDS; the slug is made of the name, the zone is the workspace's.

    Raises BadInput, NotAllowed (also for who is limited to some brands: a new one isn't among them), NotFound (the
    niche), SlugTaken.
    """
    del now  # the database sets created_at
    actor.demand(Permission.BRANDS_EDIT)
    if actor.brand_ids is not None:
        raise NotAllowed("Who is limited to some brands can't make new ones.")
    clean = values.read_fields({"name": name, **fields}, FIELDS)
    with acting(actor):
        _check_niche(clean)
        if "time_zone" not in clean:
            clean["time_zone"] = Workspace.objects.values_list("time_zone", flat=True).get(id=actor.workspace_id)
        if "slug" not in clean:
            clean["slug"] = _free_slug(clean["name"])
        try:
            with transaction.atomic():
                brand = Brand.objects.create(workspace_id=actor.workspace_id, **clean)
        except IntegrityError:
            raise SlugTaken(f"slug: {clean['slug']} belongs to another brand of this workspace.") from None
        record("brand.created", brand, workspace_id=actor.workspace_id)
        return brand


def edit_brand(
    *, actor: Actor, brand_id: UUID, changes: Mapping[str, object], now: datetime, version: int | None = None
) -> Brand:
    """Change what is given (see FIELDS). `version`: what the caller has read; an older one is a Conflict.

    Raises BadInput, NotAllowed, NotFound, Conflict, SlugTaken.
    """
    del now
    clean = values.read_fields(changes, FIELDS)
    with acting(actor):
        brand = open_brand(actor, brand_id, Permission.BRANDS_EDIT)
        if version is not None and version != brand.version:
            raise Conflict(f"This brand was changed meanwhile: it is at version {brand.version}, not {version}.")
        _check_niche(clean)
        before = {name: getattr(brand, name) for name in clean}
        _save(brand, clean)
        changed = sorted(name for name, value in clean.items() if before[name] != value)
        record("brand.edited", brand, workspace_id=actor.workspace_id, context={"fields": changed})
        return brand


def pause_brand(*, actor: Actor, brand_id: UUID, now: datetime, why: str = "") -> Brand:
    """Hold everything of this brand until it is resumed: a crisis stop. Conflict when it doesn't post anyway."""
    del now  # the history has the database's own time
    turn = _Turn(Permission.PAUSE, frozenset({BrandStatus.ACTIVE}), BrandStatus.PAUSED)
    return _turned(actor, brand_id, turn, why)


def resume_brand(*, actor: Actor, brand_id: UUID, now: datetime, why: str = "") -> Brand:
    """Let a paused brand go on. What is late by then meets the missed policy. Conflict when it isn't paused."""
    del now
    turn = _Turn(Permission.PAUSE, frozenset({BrandStatus.PAUSED}), BrandStatus.ACTIVE)
    return _turned(actor, brand_id, turn, why)


def deactivate_brand(*, actor: Actor, brand_id: UUID, now: datetime, why: str = "") -> Brand:
    """Put a brand out of use: nothing of it is sent, and nothing is lost. Conflict when it is already."""
    del now
    both = frozenset({BrandStatus.ACTIVE, BrandStatus.PAUSED})
    return _turned(actor, brand_id, _Turn(Permission.BRANDS_EDIT, both, BrandStatus.INACTIVE), why)


def activate_brand(*, actor: Actor, brand_id: UUID, now: datetime, why: str = "") -> Brand:
    """Take an inactive brand into use again. Conflict when it isn't inactive."""
    del now
    turn = _Turn(Permission.BRANDS_EDIT, frozenset({BrandStatus.INACTIVE}), BrandStatus.ACTIVE)
    return _turned(actor, brand_id, turn, why)


def open_brand(actor: Actor, brand_id: object, permission: Permission) -> Brand:
    """Give a brand, locked, for a change within `acting(actor)`. NotFound (what isn't seen isn't there), NotAllowed."""
    wanted = values.identifier("brand_id", brand_id)
    brand = Brand.objects.select_for_update().filter(workspace_id=actor.workspace_id, id=wanted).first()
    if brand is None or not actor.sees_brand(wanted):
        raise NotFound("brand", brand_id)
    actor.demand(permission, wanted)
    return brand


@dataclass(frozen=True, slots=True)
class _Turn:
    """A change of status: who may make it, from what, to what."""

    permission: Permission
    before: frozenset[BrandStatus]
    after: BrandStatus


def _turned(actor: Actor, brand_id: UUID, turn: _Turn, why: str) -> Brand:
    reason = values.text(500)("why", why)
    with acting(actor.because(reason)):
        brand = open_brand(actor, brand_id, turn.permission)
        found = BrandStatus(brand.status)
        won = Brand.objects.filter(id=brand.id, status__in=turn.before).update(
            status=turn.after, status_reason=reason, version=brand.version + 1
        )
        if not won:
            raise Conflict(
                f"This brand is {found.label.lower()}; that can't be made {turn.after.label.lower()} this way."
            )
        brand.refresh_from_db()
        record(
            "brand.status",
            brand,
            workspace_id=actor.workspace_id,
            context={"from": found.value, "to": turn.after.value},
        )
        return brand


def _save(brand: Brand, clean: dict[str, Any]) -> None:
    for name, value in clean.items():
        setattr(brand, name, value)
    brand.version += 1
    try:
        with transaction.atomic():
            brand.save(update_fields=[*clean, "version"])
    except IntegrityError:
        raise SlugTaken(f"slug: {brand.slug} belongs to another brand of this workspace.") from None


def _check_niche(clean: Mapping[str, Any]) -> None:
    niche_id = clean.get("niche_id")
    if niche_id is not None and not Niche.objects.filter(id=niche_id).exists():
        raise NotFound("niche", niche_id)


def _free_slug(name: str) -> str:
    """Make a slug of the name that no brand of the workspace has yet."""
    start = slugify(name)[:70] or "brand"
    taken = set(Brand.objects.filter(slug__startswith=start).values_list("slug", flat=True))
    number, slug = 1, start
    while slug in taken:
        number += 1
        slug = f"{start}-{number}"
    return slug
