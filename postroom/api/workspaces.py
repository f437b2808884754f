"""The workspace of the key: its name and settings, and the stop that holds everything in it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router, Schema

from postroom.api.answers import WhyIn, one
from postroom.api.keys import Called
from postroom.api.shapes import In
from postroom.workspaces import founding, queries

router = Router(tags=["workspace"])


class WorkspaceOut(Schema):
    """A workspace."""

    id: UUID
    name: str
    slug: str
    time_zone: str
    settings: dict[str, Any]
    paused_at: datetime | None
    paused_why: str
    created_at: datetime
    updated_at: datetime


class WorkspaceIn(In):
    """What to change; what is left out stays. A setting of null goes back to its default."""

    name: str | None = None
    slug: str | None = None
    time_zone: str | None = None
    settings: dict[str, Any] = {}


@router.get("", response=WorkspaceOut)
def show_workspace(request: Called) -> HttpResponse:
    """Give the workspace this key belongs to."""
    return one(WorkspaceOut, queries.one_workspace(request.actor))


@router.patch("", response=WorkspaceOut)
def edit_workspace(request: Called, payload: WorkspaceIn) -> HttpResponse:
    """Change name, slug, time zone or settings (missed_after_hours, languages)."""
    changes = payload.model_dump(exclude_unset=True)
    return one(WorkspaceOut, founding.edit_workspace(actor=request.actor, now=timezone.now(), **changes))


@router.post("/pause", response=WorkspaceOut)
def pause_workspace(request: Called, payload: WhyIn) -> HttpResponse:
    """Hold everything in the workspace until it is resumed."""
    return one(WorkspaceOut, founding.pause_workspace(actor=request.actor, why=payload.why, now=timezone.now()))


@router.post("/resume", response=WorkspaceOut)
def resume_workspace(request: Called, payload: WhyIn) -> HttpResponse:
    """Let everything go on."""
    return one(WorkspaceOut, founding.resume_workspace(actor=request.actor, why=payload.why, now=timezone.now()))
