import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from postroom.kit.http import Guard
from postroom.networks import registry
from postroom.publishing import endings
from postroom.publishing.engine import Engine
from postroom.publishing.opening import Keys
from tests.publishing.world import World, simple_network, staged_network


class Running:
    """An engine in this process, and a look at what it left in the tables."""

    def __init__(self, dsn: str, owner: psycopg.Connection[Any], **more: Any) -> None:
        self.dsn, self.owner, self.more = dsn, owner, more
        self.engines: list[tuple[Engine, asyncio.Event, asyncio.Task[None]]] = []

    def make(self, **more: Any) -> Engine:
        given: dict[str, Any] = {"keys": Keys(), "guard": Guard(), "at_once": 100} | self.more | more
        return Engine(self.dsn, **given)

    def start(self, **more: Any) -> Engine:
        engine = self.make(**more)
        self.begin(engine)
        return engine

    def begin(self, engine: Engine) -> None:
        stop = asyncio.Event()
        self.engines.append((engine, stop, asyncio.create_task(engine.run(stop, patience=5))))

    async def stop(self) -> None:
        for _, stop, _ in self.engines:
            stop.set()
        for _, _, task in self.engines:
            await task
        self.engines.clear()

    async def kill(self, engine: Engine) -> None:
        """End an engine as kill -9 would: nothing more is written."""
        entry = next(one for one in self.engines if one[0] is engine)
        self.engines.remove(entry)
        engine.life.end = _nothing  # type: ignore[method-assign]
        engine.roller.flush = _nothing  # type: ignore[method-assign]
        entry[2].cancel()
        await asyncio.gather(entry[2], return_exceptions=True)

    def rows(self, question: str, *values: Any) -> list[dict[str, Any]]:
        with self.owner.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(question.encode(), values).fetchall()

    def publications(self) -> list[dict[str, Any]]:
        return self.rows("SELECT * FROM publishing_publication ORDER BY id")

    async def until(self, holds: Callable[[], bool], seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                shown = [(one["status"], one["reason"], one["checkpoint"]) for one in self.publications()[:10]]
                pytest.fail(f"did not come to pass: {shown}")
            await asyncio.sleep(0.01)

    async def all_are(self, *statuses: str) -> None:
        await self.until(lambda: {one["status"] for one in self.publications()} <= set(statuses))


async def _nothing() -> None:
    pass


@pytest.fixture
def owner(owner_dsn: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(owner_dsn, autocommit=True) as connection:
        yield connection


@pytest.fixture
async def running(engine_dsn: str, owner: psycopg.Connection[Any]) -> AsyncIterator[Running]:
    made = Running(engine_dsn, owner)
    yield made
    await made.stop()


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    registry.add(simple_network(made))
    registry.add(staged_network(made))
    yield made
    for name in ("world", "staged"):
        registry._added.pop(name, None)


@pytest.fixture
def quick(monkeypatch):
    """Waits of hundredths instead of minutes: what is tested is their order."""
    monkeypatch.setattr(endings, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(endings, "LONGEST_WAIT", 0.02)
    monkeypatch.setattr(endings, "LOOKS", (0.02,) * 4)
