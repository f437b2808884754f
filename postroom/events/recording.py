"""Writing what happened: into the history, and as events that somebody may have to look at.

Call these inside a verb's transaction: what is rolled back was never said. State changes need no call, the database
writes them (see `history`). The actor is read from the transaction (postroom.actor), so that it can't be forgotten.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import models
from django.db.models import F

from postroom.database.asking import tell
from postroom.events.models import ActorKind, Event, Severity
from postroom.kit.ids import uuid7

RECORD = """
INSERT INTO events_activitylog (id, at, workspace_id, actor_kind, actor_id, actor_name, what, subject_type, subject_id,
                                from_state, to_state, why, context)
SELECT %(id)s::uuid, clock_timestamp(), %(workspace_id)s::uuid,
       coalesce(actor->>'kind', 'system'), (actor->>'id')::uuid,
       coalesce(actor->>'name', ''), %(what)s::text, %(subject_type)s::text, %(subject_id)s::uuid, '', '',
       coalesce(nullif(%(why)s::text, ''), actor->>'why', ''), %(context)s::jsonb
FROM (SELECT nullif(current_setting('postroom.actor', true), '')::jsonb AS actor) AS told
"""


def record(
    what: str, subject: models.Model, *, workspace_id: UUID, why: str = "", context: Mapping[str, Any] | None = None
) -> None:
    """Write one action into the history: `what` is subject and past participle ("brand.created").

    `context` is small JSON for readers (which fields changed, counts); never secrets, never whole texts.
    """
    values = {
        "id": uuid7(),
        "workspace_id": workspace_id,
        "what": what,
        "subject_type": subject._meta.model_name,
        "subject_id": subject.pk,
        "why": why,
        "context": orjson.dumps(_plain(context), default=str).decode(),
    }
    tell(RECORD, values)


def raise_event(
    type_: str,
    message: str,
    *,
    workspace_id: UUID,
    severity: Severity = Severity.WARNING,
    category: str = "",
    subject: models.Model | None = None,
    brand_id: UUID | None = None,
    channel_id: UUID | None = None,
    context: Mapping[str, Any] | None = None,
    dedupe: str = "",
) -> Event:
    """Say that something happened that somebody may have to look at.

    `dedupe`: while an unresolved event with the same words stands, it is counted up instead of a second one.
    """
    fields: dict[str, Any] = {
        "category": category or type_.split(".", maxsplit=1)[0],
        "type": type_,
        "message": message,
        "severity": severity,
        "brand_id": brand_id,
        "channel_id": channel_id,
        "subject_type": subject._meta.model_name if subject else "",
        "subject_id": subject.pk if subject else None,
        "context": _plain(context),
    }
    if dedupe:
        standing = Event.objects.filter(workspace_id=workspace_id, dedupe=dedupe, resolved_at__isnull=True)
        if standing.update(times=F("times") + 1, message=message, severity=severity, context=fields["context"]):
            return standing.get()
    return Event.objects.create(workspace_id=workspace_id, dedupe=dedupe, **fields)


def resolve_events(
    *,
    workspace_id: UUID,
    now: datetime,
    by: ActorKind,
    by_id: UUID | None = None,
    **which: Any,
) -> int:
    """Resolve the open events that match `which` (dedupe=…, subject_id=…, id=…); answers how many there were."""
    kind = {ActorKind.PERSON: "person", ActorKind.API_KEY: "agent", ActorKind.AGENT: "agent"}.get(by, "auto")
    open_ones = Event.objects.filter(workspace_id=workspace_id, resolved_at__isnull=True, **which)
    return open_ones.update(resolved_at=now, resolved_by=kind, resolved_by_id=by_id)


def _plain(context: Mapping[str, Any] | None) -> dict[str, Any]:
    return dict(context or {})
