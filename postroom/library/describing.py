"""What people say about a file: alternative text, title, where the eye should rest, tags, what it is for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from postroom.brands.models import Brand
from postroom.events.recording import record
from postroom.library.models import Asset, Purpose
from postroom.workspaces import values
from postroom.workspaces.actors import Actor, acting
from postroom.workspaces.errors import BadInput, Conflict, NotFound
from postroom.workspaces.permissions import Permission


def _focus(field: str, found: object) -> list[float] | None:
    """Where the eye should rest: [x, y], each from -1 to 1, [0, 0] the middle; null for none."""
    if found is None:
        return None
    allowed = "two numbers from -1 to 1, or null"
    if not isinstance(found, list | tuple) or len(found) != 2:
        raise BadInput(field, found, allowed)
    if any(isinstance(part, bool) or not isinstance(part, int | float) or not -1 <= part <= 1 for part in found):
        raise BadInput(field, found, allowed)
    return [float(part) for part in found]


def _yes_no(field: str, found: object) -> bool:
    if not isinstance(found, bool):
        raise BadInput(field, found, "true or false")
    return found


FIELDS: Final[dict[str, values.Reader]] = {
    "alt_text": values.text(10_000),
    "title": values.text(300),
    "description": values.text(10_000),
    "focus": _focus,
    "tags": values.words(50, 100),
    "purpose": values.one_of(Purpose.values),
    "order": values.whole(-1_000_000, 1_000_000),
    "is_ai_made": _yes_no,
}
"""What can be said of an asset, and what each field takes."""


def read(about: Mapping[str, object]) -> dict[str, Any]:
    """Read what is said of a file. Raises BadInput."""
    return values.read_fields(about, FIELDS)


def describe_asset(
    *, actor: Actor, asset_id: UUID, changes: Mapping[str, object], now: datetime, version: int | None = None
) -> Asset:
    """Change what is given (see FIELDS, and `brand_id`: null = every brand's).

    `version`: what the caller has read; an older one is a Conflict. Raises BadInput, NotAllowed, NotFound, Conflict.
    """
    del now  # the database sets updated_at
    clean = read({name: value for name, value in changes.items() if name != "brand_id"})
    if "brand_id" in changes:
        wanted = changes["brand_id"]
        clean["brand_id"] = None if wanted is None else values.identifier("brand_id", wanted)
    with acting(actor):
        asset = open_asset(actor, asset_id)
        if version is not None and version != asset.version:
            raise Conflict(f"This file was changed meanwhile: it is at version {asset.version}, not {version}.")
        _check_brand(actor, clean)
        changed = sorted(name for name, value in clean.items() if getattr(asset, name) != value)
        for name, value in clean.items():
            setattr(asset, name, value)
        asset.version += 1
        asset.save(update_fields=[*clean, "version"])
        record("asset.described", asset, workspace_id=actor.workspace_id, context={"fields": changed})
        return asset


def open_asset(actor: Actor, asset_id: UUID, *, is_removed: bool = False) -> Asset:
    """Give an asset, locked, for a change within `acting(actor)`. NotFound (also what isn't seen), NotAllowed."""
    wanted = values.identifier("asset_id", asset_id)
    found = (
        Asset.objects.select_for_update()
        .filter(workspace_id=actor.workspace_id, id=wanted, deleted_at__isnull=not is_removed)
        .first()
    )
    if found is None or (found.brand_id is not None and not actor.sees_brand(found.brand_id)):
        raise NotFound("asset", wanted)
    actor.demand(Permission.LIBRARY_EDIT, found.brand_id)
    return found


def _check_brand(actor: Actor, clean: Mapping[str, Any]) -> None:
    brand_id = clean.get("brand_id")
    if brand_id is None:
        return
    if (
        not actor.sees_brand(brand_id)
        or not Brand.objects.filter(workspace_id=actor.workspace_id, id=brand_id).exists()
    ):
        raise NotFound("brand", brand_id)
