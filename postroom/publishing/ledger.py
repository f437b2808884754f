"""The ledger: writes what begins and what ended, many at a time, each flush one transaction.

While one flush is under way the next gathers, so that the slower the database, the larger the batches. A caller that
awaits `begin` knows that "begun" is on disk before it calls the network. Nothing is lost when the database goes away:
the flush is kept and repeated, and repeating it changes nothing.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import orjson
import psycopg
import structlog
from psycopg.types.json import set_json_loads

from postroom.publishing.sql import load

log = structlog.get_logger("postroom.ledger")

Row = dict[str, Any]
Entry = tuple[str, Row, "asyncio.Future[bool]", Callable[[], None] | None]

FLUSHED = ("finish", "step_done", "begin")
"""Written by one statement, `sql/flush.sql`: no round trip but one, so that the database works while we do."""
FURTHER = ("set_aside", "raise_events", "resolve_events")
"""Rarer, each by its own statement after it, in one transaction."""
AT_ONCE = 150
"""Entries in one flush, at most: while one is written, those of the one before are sent already."""
ANSWERS = frozenset({"finish", "set_aside", "begin"})
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")


def as_json(rows: Sequence[Row]) -> str:
    """Write rows as JSON that PostgreSQL takes: without NUL characters, which it can't store."""
    try:
        text = orjson.dumps(rows, default=str)
    except (TypeError, ValueError):  # a lone surrogate in something a network said
        text = orjson.dumps(_clean(rows), default=str)
    return (_NUL.sub(rb"\1", text) if b"\\u0000" in text else text).decode()


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_clean(key): _clean(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(inner) for inner in value]
    return value


class Ledger:
    """One per worker. Entries are rows for `sql/flush.sql` (or `sql/<kind>.sql`); each answers whether the row won."""

    def __init__(self, dsn: str, worker: UUID) -> None:
        """Write as `worker` at the database of `dsn` (as the engine role)."""
        self._dsn, self._worker = dsn, worker
        self._waiting: list[Entry] = []
        self._wake = asyncio.Event()
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self.flushes = 0
        self.written = 0

    def enter(self, kind: str, row: Row, lost: Callable[[], None] | None = None) -> "asyncio.Future[bool]":
        """Put one row into the next flush; the answer comes when it is on disk. `lost`: called if it didn't win."""
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((kind, row, future, lost))
        self._wake.set()
        return future

    async def run(self) -> None:
        """Flush for ever; cancel to end. Entries that wait when it ends stay unanswered."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._waiting:
                    batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
                    await self._write(batch)
        finally:
            if self._connection is not None:
                await self._connection.close()

    async def drain(self) -> None:
        """Wait until everything entered so far is on disk."""
        if self._waiting:
            await asyncio.wait([entry[2] for entry in self._waiting])

    async def _write(self, batch: list[Entry]) -> None:
        pause = 0.05
        while True:
            try:
                won = await self._flush(batch)
            except (psycopg.OperationalError, psycopg.InterfaceError, OSError) as error:
                log.warning("database away, writing again", entries=len(batch), error=str(error).strip()[:200])
                await self._reconnect_later(pause)
                pause = min(pause * 2, 1)
            except Exception as error:  # noqa: BLE001 - one bad row must not stop the others
                await self._write_apart(batch, error)
                return
            else:
                self.flushes += 1
                self.written += len(batch)
                for kind, row, future, lost in batch:
                    is_won = kind not in ANSWERS or row["id"] in won
                    if not future.done():
                        future.set_result(is_won)
                    if lost is not None and not is_won:
                        lost()
                return

    async def _write_apart(self, batch: list[Entry], error: Exception) -> None:
        """Find the row the database didn't take: halve the batch until it stands alone."""
        if len(batch) == 1:
            log.error("an entry was refused", kind=batch[0][0], id=batch[0][1].get("id"), error=str(error))
            if not batch[0][2].done():
                batch[0][2].set_exception(error)
            return
        middle = len(batch) // 2
        await self._write(batch[:middle])
        await self._write(batch[middle:])

    async def _flush(self, batch: list[Entry]) -> set[str]:
        connection = await self._open()
        kinds: dict[str, list[Row]] = {}
        for kind, row, *_ in batch:
            if kind in kinds:
                kinds[kind].append(row)
            else:
                kinds[kind] = [row]
        parameters: dict[str, Any] = {kind: as_json(kinds.get(kind, ())) for kind in FLUSHED}
        parameters["worker"] = self._worker
        if kinds.keys().isdisjoint(FURTHER):
            flushed = await connection.execute(load("flush"), parameters, prepare=True)
            return {row[0] for row in await flushed.fetchall()}
        async with connection.transaction():
            flushed = await connection.execute(load("flush"), parameters, prepare=True)
            won = {row[0] for row in await flushed.fetchall()}
            for kind in FURTHER:
                if kind in kinds:
                    cursor = await connection.execute(load(kind), {"rows": as_json(kinds[kind])})
                    won |= {row[0] for row in await cursor.fetchall()} if kind in ANSWERS else set()
        return won

    async def _open(self) -> psycopg.AsyncConnection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = await connect(self._dsn, "ledger")
        return self._connection

    async def _reconnect_later(self, pause: float) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None
        await asyncio.sleep(pause)


async def connect(dsn: str, name: str) -> psycopg.AsyncConnection[Any]:
    """Open one of the engine's own connections: its changes are the scheduler's, and keep no lanes by trigger."""
    connection = await psycopg.AsyncConnection.connect(
        dsn, autocommit=True, application_name=f"postroom {name}", connect_timeout=5, prepare_threshold=1
    )
    set_json_loads(orjson.loads, connection)
    await prepare(connection)
    return connection


async def prepare(connection: psycopg.AsyncConnection[Any]) -> None:
    """Tell the database who acts on this connection."""
    actor = orjson.dumps({"kind": "scheduler", "id": None, "name": "Postroom", "why": ""}).decode()
    await connection.execute(
        "SELECT set_config('postroom.engine', 'on', false), set_config('postroom.actor', %s, false), "
        "set_config('statement_timeout', '60s', false), set_config('jit', 'off', false), "
        # Every question here is about a few rows by their keys, also while the statistics still say "empty table".
        "set_config('enable_seqscan', 'off', false), set_config('enable_mergejoin', 'off', false)",
        [actor],
    )
