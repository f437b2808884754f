import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import psycopg
from django.db import connection
from psycopg import Notify
from psycopg.conninfo import conninfo_to_dict

from postroom.database.pool import engine_pool, notifications, own_address


async def _next(found: AsyncGenerator[Notify | None, None]) -> Notify | None:
    return await asyncio.wait_for(anext(found), 30)


async def test_the_pool_gives_connections_of_the_engine(engine_dsn):
    async with engine_pool(engine_dsn) as pool, pool.connection() as connected:
        cursor = await connected.execute("select current_user")
        assert await cursor.fetchone() == ("postroom_engine",)
        assert connected.autocommit


async def test_a_dropped_connection_is_replaced(engine_dsn, owner_dsn):
    async with engine_pool(engine_dsn, smallest=1, largest=1) as pool:
        async with pool.connection() as connected:
            first = connected.info.backend_pid
        with psycopg.connect(owner_dsn, autocommit=True) as owner:
            owner.execute("select pg_terminate_backend(%s, 10000)", [first])
        async with pool.connection() as connected:
            assert connected.info.backend_pid != first


async def test_notifications_arrive_and_go_on_after_a_lost_connection(engine_dsn, owner_dsn):
    with psycopg.connect(owner_dsn, autocommit=True) as owner:
        async with aclosing(notifications(engine_dsn, ["a_channel", "another"])) as heard:
            assert await _next(heard) is None  # connected: look for yourself
            owner.execute("notify another, 'words'")
            found = await _next(heard)
            assert found
            assert (found.channel, found.payload) == ("another", "words")
            ended = "select pg_terminate_backend(pid, 10000) from pg_stat_activity where application_name = %s"
            owner.execute(ended, ["postroom listener"])
            assert await _next(heard) is None  # connected again: something may have been missed
            owner.execute("notify a_channel")
            assert await _next(heard)


def test_the_own_address_is_djangos(db):
    with psycopg.connect(own_address()) as connected:
        assert connected.execute("select current_user").fetchone() == ("postroom_app",)


def test_the_own_address_keeps_what_django_was_told_besides(db, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", {"sslmode": "prefer", "prepare_threshold": 3})
    assert conninfo_to_dict(own_address())["sslmode"] == "prefer"
