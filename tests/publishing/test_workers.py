"""Several workers beside each other, and their deaths."""

import asyncio

import psycopg
import pytest
from psycopg.types.json import Jsonb

from postroom.kit.ids import uuid7
from postroom.networks.shape import Unclear
from postroom.publishing.living import lock_key
from tests.make.publishing import make_channels, make_posts


async def test_ten_workers_send_each_once(running, owner, world):
    make_posts(owner, make_channels(owner, network="world", count=40), texts=[str(n) for n in range(10)])
    for _ in range(4):
        running.start(at_once=15)
    await running.all_are("published")
    assert len(world.public) == len({key for _, key, _ in world.public}) == 400
    assert world.most_busy == 1


async def test_one_workspace_does_not_hold_up_another(running, owner, world):
    async def slow(world, line, draft):
        await asyncio.sleep(0.05)

    busy = make_channels(owner, network="world", count=30)
    for n in range(10):
        world.scripts[f"busy {n}"] = [slow] * 30
    make_posts(owner, busy, texts=[f"busy {n}" for n in range(10)])
    running.start(at_once=8)
    await running.until(lambda: len(world.public) > 8)
    make_posts(owner, make_channels(owner, network="world"), texts=["single"])
    await running.until(lambda: "single" in world.texts())
    assert len(world.public) < 200, "the single post waited for the busy workspace"
    await running.all_are("published")


@pytest.mark.parametrize("moment", ["begun", "called"])
@pytest.mark.parametrize("network", ["world", "staged"])
async def test_a_dead_worker_is_followed_by_the_next_one(running, owner, world, quick, *, network, moment):
    """Killed at each boundary of each step in turn; the next worker sees the lock gone and takes over."""
    make_posts(owner, make_channels(owner, network=network, count=3), texts=["one", "two"])
    for strike in range(1, 8):
        hit, count = asyncio.Event(), 0

        async def observer(what, errand, step, strike=strike, hit=hit):
            nonlocal count
            if what == moment:
                count += 1
                if count == strike:
                    hit.set()
                    await asyncio.sleep(3600)

        engine = running.start(observer=observer)
        await running.until(
            lambda hit=hit: hit.is_set() or {o["status"] for o in running.publications()} == {"published"}
        )
        await running.kill(engine)
    running.start()
    await running.all_are("published")
    assert len(world.public) == len({key for _, key, _ in world.public}) == 6
    assert running.rows("SELECT * FROM publishing_attempt WHERE ended_at IS NULL") == []


async def test_a_worker_that_was_only_thought_dead_tells_the_truth_late(running, owner, world, quick, monkeypatch):
    go_on, began = asyncio.Event(), asyncio.Event()

    async def hang(world, line, draft):
        began.set()
        await go_on.wait()

    world.scripts["one"] = [hang]
    world.find_says = [Unclear("who knows")] * 10
    make_posts(owner, make_channels(owner, network="world"), texts=["one"])
    running.start()
    await began.wait()
    owner.execute("UPDATE publishing_worker SET lease_until = now() - interval '1 second'")
    second = running.start()
    await running.until(lambda: running.publications()[0]["status"] == "unknown")
    go_on.set()
    await running.all_are("published")
    assert world.texts() == ["one"]
    assert second.sent == 0


async def test_what_is_in_no_hands_is_taken_up(running, owner, world, quick):
    """A database that lost its last commits may name a worker that knows nothing of it."""
    make_posts(owner, make_channels(owner, network="world"), texts=["one"])
    at = ["2026-11-20T10:00:00+00:00"]
    state = {"v": 1, "part": 0, "step": "post", "bag": {}, "keys": ["k"], "ats": at, "receipts": [], "tries": 0}
    owner.execute(
        "UPDATE publishing_publication SET status = 'sending', worker = gen_random_uuid(), attempts = 1,"
        " checkpoint = %s",
        [Jsonb(state)],
    )
    running.start()
    await running.all_are("published")
    assert (world.texts(), world.looked) == (["one"], 1)


async def test_who_is_said_to_have_stopped_and_holds_lanes_is_followed_too(running, owner, world, quick):
    """It was taken for dead, came back, took lanes, and died before its next heartbeat said so."""
    make_posts(owner, make_channels(owner, network="world", count=2), texts=["one"])
    dead = uuid7()
    owner.execute(
        "INSERT INTO publishing_worker (id, host, pid, seen_at, lease_until, stopped_at, numbers)"
        " VALUES (%s, 'there', 1, now(), now() + interval '30 seconds', now(), '{}')",
        [dead],
    )
    owner.execute("UPDATE publishing_lane SET worker = %s", [dead])
    running.start()
    await running.all_are("published")
    assert sorted(world.texts()) == ["one", "one"]


async def test_a_worker_is_named_only_once_it_holds_its_lock(running, owner, world, engine_dsn):
    """Else another, starting at the same moment, would see a name without a lock and take it for dead."""
    make_posts(owner, make_channels(owner, network="world"), texts=["one"])
    waits = (
        "SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)"
        " WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()"
    )
    with psycopg.connect(engine_dsn, autocommit=True) as other:
        engine = running.make()
        other.execute("SELECT pg_advisory_lock(%s)", [lock_key(engine.worker)])
        running.begin(engine)
        await running.until(lambda: running.rows(waits))
        assert running.rows("SELECT * FROM publishing_worker") == []
        other.execute("SELECT pg_advisory_unlock_all()")
        await running.all_are("published")


async def test_a_part_that_ends_by_a_mistake_ends_the_worker(running, owner, world, monkeypatch):
    """A worker without its ledger would wait for ever and look alive."""
    make_posts(owner, make_channels(owner, network="world"), texts=["one"])
    engine = running.make()

    async def broken(batch):
        raise LookupError("a mistake")

    monkeypatch.setattr(engine.ledger, "_write", broken)
    with pytest.raises(LookupError, match="a mistake"):
        await engine.run(asyncio.Event())
    running.start()
    await running.all_are("published")
    assert world.texts() == ["one"]
