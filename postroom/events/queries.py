"""What happened, and what has to be looked at. Events lie below workspaces: open the actor's scope before asking."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from postroom.events.models import ActivityLog, Event


@dataclass(frozen=True, slots=True)
class Done:
    """One thing that was done; the fields of `ActivityLog`."""

    id: UUID
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    actor_name: str
    what: str
    subject_type: str
    subject_id: UUID
    from_state: str
    to_state: str
    why: str
    context: Mapping[str, Any]


FIELDS = tuple(Done.__dataclass_fields__)


def activity(
    workspace_id: UUID,
    *,
    subject_id: UUID | None = None,
    subject_type: str | None = None,
    what: str | None = None,
    after: UUID | None = None,
    since: datetime | None = None,
    limit: int = 50,
) -> list[Done]:
    """List what was done, newest first. `after`: the id of the last one of the page before; `since`: not older."""
    wanted = Q(workspace_id=workspace_id)
    for name, value in (("subject_id", subject_id), ("subject_type", subject_type), ("what", what)):
        if value is not None:
            wanted &= Q(**{name: value})
    if since is not None:
        wanted &= Q(at__gte=since)
    if after is not None:
        last = ActivityLog.objects.filter(workspace_id=workspace_id, id=after).first()
        if last is None:
            return []
        wanted &= Q(at__lt=last.at) | Q(at=last.at, id__lt=last.id)
    rows = ActivityLog.objects.filter(wanted).order_by("-at", "-id").values_list(*FIELDS)
    return [Done(*row) for row in rows[:limit]]


def open_events(
    workspace_id: UUID,
    *,
    after: UUID | None = None,
    limit: int = 50,
    with_resolved: bool = False,
    brands: Collection[UUID] | None = None,
) -> list[Event]:
    """List the events that somebody may have to look at, newest first; `brands`: of no brand, or of these."""
    wanted = Q(workspace_id=workspace_id)
    if brands is not None:
        wanted &= Q(brand_id=None) | Q(brand_id__in=brands)
    if not with_resolved:
        wanted &= Q(resolved_at__isnull=True)
    if after is not None:
        wanted &= Q(id__lt=after)
    return list(Event.objects.filter(wanted).order_by("-id")[:limit])
