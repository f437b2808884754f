"""Workspaces themselves: founding one, its name and settings, and the crisis stop that holds everything in it."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from postroom.database.tenancy import scope
from postroom.events.models import ActorKind
from postroom.events.recording import record
from postroom.kit.ids import uuid7
from postroom.workspaces import values
from postroom.workspaces.actors import Actor, acting
from postroom.workspaces.errors import Conflict, NotFound
from postroom.workspaces.models import Membership, Role, User, Workspace
from postroom.workspaces.permissions import Permission

SETTINGS: dict[str, values.Reader] = {
    "missed_after_hours": values.whole(0, 720),
    "languages": values.words(10, 35),
}
"""What can be set for a workspace. missed_after_hours: a publication later than that isn't sent but shown as missed."""

_NAME = values.text(200, least=1)


class SlugTaken(Conflict):
    """Another workspace has this slug."""

    code = "slug_taken"


def create_workspace(
    *, name: str, now: datetime, user_id: UUID | None = None, time_zone: str = "UTC", slug: str | None = None
) -> Workspace:
    """Found a workspace; its first owner is `user_id` (None: nobody yet, the machine's user acts).

    Without a `slug` one is made of the name, and made unique. Raises BadInput, NotFound (the user), SlugTaken.
    """
    del now
    clean, zone = _NAME("name", name), values.time_zone("time_zone", time_zone)
    wanted = values.slug("slug", slug) if slug is not None else slugify(clean)[:60] or "workspace"
    user = None
    if user_id is not None and (user := User.objects.filter(id=user_id, is_active=True).first()) is None:
        raise NotFound("user", user_id)
    workspace = Workspace(id=uuid7(), name=clean, time_zone=zone)
    kind = ActorKind.PERSON if user else ActorKind.SYSTEM
    told = {"kind": kind.value, "id": user_id, "name": str(user or "Postroom"), "why": ""}
    with scope(workspace_id=workspace.id, user_id=user_id, actor=told):
        _insert(workspace, wanted, may_differ=slug is None)
        if user:
            Membership.objects.create(workspace=workspace, user=user, role=Role.OWNER)
        record("workspace.created", workspace, workspace_id=workspace.id)
    return workspace


def edit_workspace(
    *,
    actor: Actor,
    now: datetime,
    settings: Mapping[str, object] | None = None,
    **fields: object,
) -> Workspace:
    """Change name, slug, time zone, or some of the settings (see SETTINGS; None takes one back to its default)."""
    del now
    actor.demand(Permission.WORKSPACE_EDIT)
    clean = values.read_fields(fields, {"name": _NAME, "time_zone": values.time_zone, "slug": values.slug})
    dropped = {name for name, value in (settings or {}).items() if value is None and name in SETTINGS}
    chosen = values.read_fields(
        {name: value for name, value in (settings or {}).items() if name not in dropped}, SETTINGS
    )
    with acting(actor):
        workspace = _mine(actor)
        merged: dict[str, Any] = {**workspace.settings, **chosen}
        workspace.settings = {name: value for name, value in merged.items() if name not in dropped}
        for name, value in clean.items():
            setattr(workspace, name, value)
        try:
            with transaction.atomic():
                workspace.save(update_fields=[*clean, "settings"])
        except IntegrityError:
            raise SlugTaken(f"slug: {workspace.slug} belongs to another workspace.") from None
        record(
            "workspace.edited", workspace, workspace_id=workspace.id,
            context={"fields": sorted([*clean, *chosen, *dropped])},
        )  # fmt: skip
        return workspace


def pause_workspace(*, actor: Actor, now: datetime, why: str = "") -> Workspace:
    """Hold everything in the workspace: nothing is sent until it is resumed. Pausing again changes only the reason."""
    actor.demand(Permission.PAUSE)
    reason = values.text(500)("why", why)
    with acting(actor.because(reason)):
        workspace = _mine(actor)
        workspace.paused_at, workspace.paused_why = workspace.paused_at or now, reason
        workspace.save(update_fields=["paused_at", "paused_why"])
        record("workspace.paused", workspace, workspace_id=workspace.id)
        return workspace


def resume_workspace(*, actor: Actor, now: datetime, why: str = "") -> Workspace:
    """Let go what was held by `pause_workspace`; what is late by then meets the missed policy. Raises Conflict."""
    del now
    actor.demand(Permission.PAUSE)
    reason = values.text(500)("why", why)
    with acting(actor.because(reason)):
        workspace = _mine(actor)
        if workspace.paused_at is None:
            raise Conflict("This workspace is not paused.")
        workspace.paused_at, workspace.paused_why = None, ""
        workspace.save(update_fields=["paused_at", "paused_why"])
        record("workspace.resumed", workspace, workspace_id=workspace.id)
        return workspace


def _mine(actor: Actor) -> Workspace:
    workspace = Workspace.objects.select_for_update().filter(id=actor.workspace_id).first()
    if workspace is None:
        raise NotFound("workspace", actor.workspace_id)
    return workspace


def _insert(workspace: Workspace, wanted: str, *, may_differ: bool) -> None:
    """Insert under the wanted slug, or one like it: other workspaces' slugs can't be seen, only met."""
    for attempt in range(5):
        workspace.slug = wanted if attempt == 0 else f"{wanted}-{secrets.token_hex(3)}"
        try:
            with transaction.atomic():
                workspace.save(force_insert=True)
            return
        except IntegrityError:
            if not may_differ:
                break
    raise SlugTaken(f"slug: {wanted} belongs to another workspace.")
