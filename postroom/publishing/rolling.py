"""Posts follow their publications: a little later than these, for many at once, so that a burst isn't slowed down."""

import asyncio
from typing import Any

import psycopg
import structlog

from postroom.publishing.ledger import connect
from postroom.publishing.sql import load

log = structlog.get_logger("postroom.rolling")

PAUSE = 0.25
"""Seconds between two rounds."""
AT_ONCE = 500


class Roller:
    """Remembers which posts were touched, and lets them stand where their publications stand."""

    def __init__(self, dsn: str) -> None:
        """Write at the database of `dsn` (as the engine role)."""
        self._dsn = dsn
        self._touched: set[str] = set()
        self._wake = asyncio.Event()
        self._connection: psycopg.AsyncConnection[Any] | None = None

    def touch(self, post_id: str) -> None:
        """Note that a publication of this post has moved."""
        self._touched.add(post_id)
        self._wake.set()

    async def run(self) -> None:
        """Roll up for ever. At the start, and after trouble, every post that isn't at its end is looked at."""
        is_sure = False
        while True:
            try:
                if not is_sure:
                    await self._catch_up()
                    is_sure = True
                await self._wake.wait()
                self._wake.clear()
                await asyncio.sleep(PAUSE)
                await self.flush()
            except (psycopg.OperationalError, psycopg.InterfaceError, OSError) as error:
                log.warning("rolling up later", error=str(error).strip()[:200])
                is_sure = False
                await asyncio.sleep(1)

    async def flush(self) -> None:
        """Roll up what was touched so far."""
        while self._touched:
            some = [self._touched.pop() for _ in range(min(AT_ONCE, len(self._touched)))]
            try:
                await self._roll_up(some)
            except BaseException:
                self._touched.update(some)
                raise

    async def _open(self) -> psycopg.AsyncConnection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = await connect(self._dsn, "rolling")
        return self._connection

    async def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close()

    async def _roll_up(self, posts: list[str]) -> None:
        connection = await self._open()
        async with connection.transaction():
            # Locked first, counted in the next statement: whoever rolls up later has seen what was there before.
            await connection.execute(
                "SELECT FROM posts_post WHERE id = any(%s::uuid[]) ORDER BY id FOR UPDATE", [posts]
            )
            await connection.execute(load("roll_up"), {"posts": posts})

    async def _catch_up(self) -> None:
        connection = await self._open()
        found = await connection.execute(
            "SELECT o.id::text FROM posts_post o WHERE o.status IN ('scheduled', 'publishing') AND EXISTS ("
            " SELECT FROM publishing_publication p WHERE p.post_id = o.id AND p.status <> 'scheduled')"
        )
        self._touched.update(row[0] for row in await found.fetchall())
        if self._touched:
            self._wake.set()
