"""Niches: the content verticals that brands, hooks and topics share."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from postroom.brands.models import Niche
from postroom.events.recording import record
from postroom.workspaces import values
from postroom.workspaces.actors import Actor, acting
from postroom.workspaces.errors import Conflict, NotFound
from postroom.workspaces.permissions import Permission

FIELDS: dict[str, values.Reader] = {
    "name": values.text(120, least=1),
    "tier": values.whole(1, 9),
    "status": values.one_of(("active", "inactive")),
}


class NicheThere(Conflict):
    """There is a niche of this name already."""

    code = "already_there"


def create_niche(*, actor: Actor, name: str, now: datetime, tier: int = 1) -> Niche:
    """Make a niche. Raises BadInput, NotAllowed, NicheThere."""
    del now
    actor.demand(Permission.BRANDS_EDIT)
    clean = values.read_fields({"name": name, "tier": tier}, FIELDS)
    with acting(actor):
        try:
            with transaction.atomic():
                niche = Niche.objects.create(
                    workspace_id=actor.workspace_id, slug=slugify(clean["name"])[:80] or "niche", **clean
                )
        except IntegrityError:
            raise NicheThere(f"name: there is a niche like {clean['name']} already.") from None
        record("niche.created", niche, workspace_id=actor.workspace_id)
        return niche


def edit_niche(*, actor: Actor, niche_id: UUID, changes: Mapping[str, object], now: datetime) -> Niche:
    """Change name, tier or status; the slug stays, others may have noted it. BadInput, NotAllowed, NotFound."""
    del now
    actor.demand(Permission.BRANDS_EDIT)
    clean = values.read_fields(changes, FIELDS)
    with acting(actor):
        wanted = values.identifier("niche_id", niche_id)
        niche = Niche.objects.select_for_update().filter(workspace_id=actor.workspace_id, id=wanted).first()
        if niche is None:
            raise NotFound("niche", niche_id)
        for name, value in clean.items():
            setattr(niche, name, value)
        niche.save(update_fields=[*clean])
        record("niche.edited", niche, workspace_id=actor.workspace_id, context={"fields": sorted(clean)})
        return niche
