"""Keeping the answers of writes by their Idempotency-Key, so that a repeat changes nothing. Kept for a day."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from postroom.kit.ids import uuid7
from postroom.workspaces.actors import Actor
from postroom.workspaces.models import RepeatableRequest

RESERVE = """
INSERT INTO workspaces_repeatablerequest (id, workspace_id, api_key_id, key, fingerprint, headers, body)
VALUES (%s, %s, %s, %s, %s, '{}', '') ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept for a key. `status` None: the first request is still running."""

    fingerprint: bytes
    status: int | None
    headers: Mapping[str, str]
    body: bytes


def reserve(*, actor: Actor, key: str, fingerprint: bytes) -> Kept | None:
    """Take a key; answers None when it was free, else what is kept for it. Waits for one that is being committed."""
    with connection.cursor() as cursor:
        cursor.execute(RESERVE, [uuid7(), actor.workspace_id, actor.api_key_id, key, fingerprint])
        if cursor.rowcount:
            return None
    row = _rows(actor, key).get()
    return Kept(bytes(row.fingerprint), row.status, row.headers, bytes(row.body))


def keep_answer(*, actor: Actor, key: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Keep the answer that was given for a key."""
    _rows(actor, key).update(status=status, headers=dict(headers), body=body)


def release(*, actor: Actor, key: str) -> None:
    """Give a key back: its request changed nothing."""
    _rows(actor, key).delete()


def _rows(actor: Actor, key: str) -> QuerySet[RepeatableRequest]:
    return RepeatableRequest.objects.filter(workspace_id=actor.workspace_id, api_key_id=actor.api_key_id, key=key)
