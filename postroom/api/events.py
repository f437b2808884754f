"""Events that somebody may have to look at, and the history of what was done."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema

from postroom.api.answers import Page, Paged, one, page
from postroom.api.keys import Called
from postroom.api.mirrors import mirrors
from postroom.events.queries import Done
from postroom.workspaces import happenings

router = Router(tags=["events"])
history_router = Router(tags=["events"])


class EventOut(Schema):
    """Something that happened; `times` counts how often while it was open."""

    id: UUID
    category: str
    type: str
    severity: str
    message: str
    brand_id: UUID | None
    channel_id: UUID | None
    subject_type: str
    subject_id: UUID | None
    context: dict[str, Any]
    times: int
    resolved_at: datetime | None
    resolved_by: str
    created_at: datetime


class EventFilters(Paged):
    """Whether to list resolved ones as well."""

    with_resolved: bool = False


@mirrors(Done)
class ActivityOut(Schema):
    """One thing that was done: who or what did it, to what, from which state to which, and why."""


class HistoryFilters(Paged):
    """Of what, and from when on."""

    subject_id: UUID | None = None
    subject_type: str | None = None
    what: str | None = None
    since: datetime | None = None


@router.get("", response=Page[EventOut])
def list_events(request: Called, filters: Query[EventFilters]) -> HttpResponse:
    """List the events that are open, newest first."""
    return page(request, filters, EventOut, lambda **wanted: happenings.events_to_look_at(request.actor, **wanted))


@router.post("/{uuid:event_id}/resolve", response=EventOut)
def resolve_event(request: Called, event_id: UUID) -> HttpResponse:
    """Say that an event was looked at."""
    return one(EventOut, happenings.resolve_event(actor=request.actor, event_id=event_id, now=timezone.now()))


@history_router.get("", response=Page[ActivityOut])
def list_history(request: Called, filters: Query[HistoryFilters]) -> HttpResponse:
    """List what was done in the workspace, newest first."""
    return page(request, filters, ActivityOut, lambda **wanted: happenings.history(request.actor, **wanted))
