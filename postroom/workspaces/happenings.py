"""What happened in a workspace, for those who may know: events to look at, and the history. The rows lie below."""

from datetime import datetime
from uuid import UUID

from postroom.events import queries
from postroom.events.models import Event
from postroom.events.queries import Done
from postroom.events.recording import record, resolve_events
from postroom.workspaces import values
from postroom.workspaces.actors import Actor, acting, seeing
from postroom.workspaces.errors import NotAllowed, NotFound
from postroom.workspaces.permissions import Permission


def events_to_look_at(
    actor: Actor, *, after: UUID | None = None, limit: int = 50, with_resolved: bool = False
) -> list[Event]:
    """The events somebody may have to look at, newest first; of brands, those that this actor sees."""
    actor.demand(Permission.EVENTS_READ)
    with seeing(actor):
        return queries.open_events(
            actor.workspace_id, after=after, limit=limit, with_resolved=with_resolved, brands=actor.brand_ids
        )


def resolve_event(*, actor: Actor, event_id: UUID, now: datetime) -> Event:
    """Say that an event was looked at. One that is resolved already stays so. BadInput, NotFound, NotAllowed."""
    actor.demand(Permission.EVENTS_RESOLVE)
    wanted = values.identifier("event_id", event_id)
    with acting(actor):
        event = Event.objects.filter(workspace_id=actor.workspace_id, id=wanted).first()
        if event is None or (event.brand_id is not None and not actor.sees_brand(event.brand_id)):
            raise NotFound("event", event_id)
        if resolve_events(workspace_id=actor.workspace_id, now=now, by=actor.kind, by_id=actor.id, id=wanted):
            record("event.resolved", event, workspace_id=actor.workspace_id, context={"type": event.type})
        event.refresh_from_db()
        return event


def history(
    actor: Actor,
    *,
    subject_id: UUID | None = None,
    subject_type: str | None = None,
    what: str | None = None,
    since: datetime | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> list[Done]:
    """What was done, newest first. NotAllowed for who is limited to some brands: the history tells of all of them."""
    actor.demand(Permission.HISTORY_READ)
    if actor.brand_ids is not None:
        raise NotAllowed("The history tells of every brand; this actor is limited to some.")
    with seeing(actor):
        return queries.activity(
            actor.workspace_id,
            subject_id=subject_id,
            subject_type=subject_type,
            what=what,
            since=since,
            after=after,
            limit=limit,
        )
