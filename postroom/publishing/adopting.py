"""Taking over what a dead worker held, and taking in the late truth of one that was only thought dead.

Death is seen at once by the worker's advisory lock, which PostgreSQL lets go with its session, or when its lease is
over. What it had begun and not finished is decided by the step's touch: looks and stages run again, publishes is
looked up first, unless the network drops repeats of our key.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import structlog

from postroom.kit.ids import uuid7
from postroom.networks import registry
from postroom.networks.verdicts import Touch
from postroom.publishing import checkpoint as cp
from postroom.publishing.endings import LOOKS
from postroom.publishing.errands import Errand
from postroom.publishing.ledger import Row, as_json
from postroom.publishing.living import lock_key
from postroom.publishing.sql import load

log = structlog.get_logger("postroom.adopting")

Connection = psycopg.AsyncConnection[Any]


async def adopt_dead(connection: Connection, me: UUID, now: datetime) -> set[str]:
    """Find workers that are dead or whose lease is over, and free what they held. Gives the posts concerned."""
    found = await connection.execute(load("others"), {"me": me})
    posts: set[str] = set()
    for worker, is_over in await found.fetchall():
        async with connection.transaction():
            got = await connection.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_key(worker)])
            row = await got.fetchone()
            if (row and row[0]) or is_over:
                await connection.execute(
                    "UPDATE publishing_worker SET stopped_at = clock_timestamp() WHERE id = %s AND stopped_at IS NULL",
                    [worker],
                )
                posts |= await adopt(connection, worker, now)
    return posts


async def adopt(connection: Connection, worker: UUID, now: datetime, *, besides: Sequence[str] = ()) -> set[str]:
    """Free the lanes that stand in a worker's name, except `besides`, and what was begun on them. Gives the posts."""
    async with connection.transaction():
        asked = {"worker": worker, "besides": list(besides)}
        held = await connection.execute(load("adopt_what"), asked)
        rows = await held.fetchall()
        await _free(connection, rows, now)
        await connection.execute(load("adopt_lanes"), asked)
    return {str(row[4]) for row in rows}


async def adopt_strays(connection: Connection, now: datetime) -> set[str]:
    """Free what is under way in the name of a worker that doesn't hold its lane. Gives the posts.

    That happens when a database that was restored, or lost its last commits in a power cut, knows less than we did.
    """
    async with connection.transaction():
        found = await connection.execute(load("adopt_strays"))
        rows = await found.fetchall()
        await _free(connection, rows, now)
        channels = [row[6] for row in rows]
        await connection.execute(
            "UPDATE publishing_lane SET due_at = least(due_at, %s) WHERE channel_id = any(%s)", [now, channels]
        )
    return {str(row[4]) for row in rows}


async def _free(connection: Connection, rows: Sequence[tuple[Any, ...]], now: datetime) -> None:
    for publication, network, status, checkpoint, _, worker, *_ in rows:
        decided = decide(network, status, checkpoint, now)
        await connection.execute(
            "UPDATE publishing_publication SET updated_at = now(),"
            " worker = NULL, fence = fence + 1, status = %s, not_before = %s,"
            " checkpoint = %s::jsonb, reason = %s, error_class = %s WHERE id = %s AND worker = %s",
            [*decided, publication, worker],
        )
    if rows:
        await connection.execute(load("close_attempts"), {"publications": [row[0] for row in rows]})
        log.warning("adopted what was under way", publications=len(rows))


def decide(
    network_name: str, status: str, checkpoint: cp.Checkpoint, now: datetime
) -> tuple[str, datetime, str, str, str]:
    """Say how a publication that was under way goes on: (status, not_before, checkpoint, reason, error class)."""
    state = dict(checkpoint)
    is_public = bool(state.get("receipts"))
    if status == "published":
        to = "published"
    elif "doubt" in state:
        to = status
    else:
        to = "sending" if is_public else "scheduled"
    if "doubt" in state or _may_repeat(network_name, state):
        return to, now, as_json([state])[1:-1], "", ""
    state["doubt"] = {"since": now, "looks": 0}
    if to == "scheduled":
        to = "unknown"
    again = now + timedelta(seconds=LOOKS[0] / 10)
    return to, again, as_json([state])[1:-1], "The worker died while it was being sent; it is looked up.", "unsure"


def _may_repeat(network_name: str, state: cp.Checkpoint) -> bool:
    try:
        network = registry.get(network_name)
    except registry.UnknownNetwork:
        return False
    step = next((one for one in network.steps if one.name == state.get("step")), None)
    return step is not None and (step.touch is not Touch.PUBLISHES or step.keyed)


async def take_late_truth(connection: Connection, errand: Errand, row: Row, now: datetime) -> bool:
    """A result came after the publication was taken away from its worker. Only "it is public" still counts.

    Then it is the truth, whoever holds it now; that worker's own result will find its fence gone. Answers whether
    anything changed.
    """
    if row["outcome"] != "receipt":
        return False
    receipts = row["cp"]["receipts"]
    async with connection.transaction():
        found = await connection.execute(
            "SELECT status, checkpoint, network_post_id, worker FROM publishing_publication WHERE id = %s FOR UPDATE",
            [errand.id],
        )
        stored = await found.fetchone()
        if stored is None:
            return False
        status, state, post_id, _ = stored
        if status == "published":
            if post_id and post_id != receipts[0]["id"]:
                await _say_twice(connection, errand, post_id, receipts[0]["id"])
            return False
        if len(state.get("receipts", ())) >= len(receipts):
            return False
        await connection.execute(
            "UPDATE publishing_publication SET updated_at = now(),"
            " status = 'published', worker = NULL, fence = fence + 1,"
            " not_before = NULL,"
            " published_at = coalesce(published_at, %s), network_post_id = %s, url = %s, checkpoint = %s::jsonb,"
            " reason = '', error_class = '', error_where = '' WHERE id = %s",
            [row.get("published") or now, receipts[0]["id"], receipts[0]["url"], as_json([row["cp"]])[1:-1], errand.id],
        )
        await connection.execute(load("resolve_events"), {"rows": as_json([{"id": errand.id}])})
    return True


async def _say_twice(connection: Connection, errand: Errand, one: str, other: str) -> None:
    message = f"It is public twice: {one} and {other}. Please remove one of them."
    event = {
        "id": uuid7(),
        "publication": errand.id,
        "to": None,
        "type": "publication.twice",
        "severity": "critical",
        "message": message,
    }
    await connection.execute(load("raise_events"), {"rows": as_json([event])})
