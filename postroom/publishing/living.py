"""A worker's life as the others see it: its row, its heartbeat, its advisory lock, and what wakes it."""

import asyncio
import os
import socket
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import structlog

from postroom.publishing.clock import DatabaseClock, awake
from postroom.publishing.ledger import connect

log = structlog.get_logger("postroom.living")

LEASE = 30.0
"""Seconds for which others believe in a worker after its last heartbeat."""
BEAT = 5.0
MARGIN = 3.0
"""Seconds before the end of its lease at which a worker stops beginning calls."""


def lock_key(worker: UUID) -> int:
    """Give the key of the advisory lock that a worker holds as long as it lives."""
    return worker.int & 0x7FFF_FFFF_FFFF_FFFF


class Life:
    """Registers a worker and keeps it believed in. One per process."""

    def __init__(self, dsn: str, worker: UUID, clock: DatabaseClock, *, woken: Callable[[float], None]) -> None:
        """`woken` is called with the moment (epoch seconds) from which there is something to do; 0 = look at all."""
        self._dsn, self.worker, self.clock, self._woken = dsn, worker, clock, woken
        self._until = 0.0
        self._beats: psycopg.AsyncConnection[Any] | None = None
        self.numbers: Callable[[], dict[str, Any]] = dict
        self.locked = asyncio.Event()
        """The advisory lock is held. Only then may the first heartbeat name us: others take a name without a lock
        for a dead worker's."""

    def may_call(self) -> bool:
        """Whether the lease still holds, by this machine's clock."""
        return awake() < self._until

    async def connection(self) -> psycopg.AsyncConnection[Any]:
        """Give the heartbeat's connection, for slow work beside it."""
        if self._beats is None or self._beats.closed:
            self._beats = await connect(self._dsn, "heart")
        return self._beats

    async def beat(self) -> None:
        """Write one heartbeat and set the clock by the database's."""
        connection = await self.connection()
        asked, began = time.monotonic(), awake()
        found = await connection.execute(
            "INSERT INTO publishing_worker (id, host, pid, seen_at, lease_until, numbers)"
            " VALUES (%(id)s, %(host)s, %(pid)s, clock_timestamp(),"
            "         clock_timestamp() + make_interval(secs => %(lease)s), %(numbers)s)"
            " ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, lease_until = excluded.lease_until,"
            "     numbers = excluded.numbers, stopped_at = NULL"
            " RETURNING seen_at",
            {
                "id": self.worker,
                "host": socket.gethostname(),
                "pid": os.getpid(),
                "lease": LEASE,
                "numbers": psycopg.types.json.Jsonb(self.numbers()),
            },
        )
        row = await found.fetchone()
        assert row is not None  # noqa: S101 - RETURNING gives the row
        self.clock.set(row[0], asked=asked, answered=time.monotonic())
        self._until = began + LEASE - MARGIN

    async def watch(self) -> None:
        """Hold the advisory lock and listen, for ever; after a lost connection, again."""
        while True:
            try:
                await self._listen()
            except (psycopg.OperationalError, psycopg.InterfaceError, OSError) as error:
                log.warning("lost the watching connection", error=str(error).strip()[:200])
                await asyncio.sleep(0.5)

    async def _listen(self) -> None:
        connection = await connect(self._dsn, "watch")
        try:
            await connection.execute("SELECT pg_advisory_lock(%s)", [lock_key(self.worker)])
            await connection.execute("LISTEN postroom_due")
            self.locked.set()
            self._woken(0.0)
            async for notice in connection.notifies():
                self._woken(float(notice.payload or 0))
        finally:
            await connection.close()

    async def end(self) -> None:
        """Say that this worker has stopped in good order."""
        try:
            connection = await self.connection()
            await connection.execute(
                "UPDATE publishing_worker SET stopped_at = clock_timestamp() WHERE id = %s", [self.worker]
            )
            await connection.close()
        except (psycopg.Error, OSError):
            log.warning("could not say goodbye to the database; others will adopt what is left")
