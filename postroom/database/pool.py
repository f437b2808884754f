"""Connections besides Django's: the engine's async pool, a listener for notifications, one for administration."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any

import psycopg
from django.db import connections
from psycopg import AsyncConnection, Notify, pq, sql
from psycopg.conninfo import make_conninfo
from psycopg_pool import AsyncConnectionPool

_LONGEST_PAUSE = 5.0


def own_address() -> str:
    """The database as this process's role reaches it, as a libpq connection string: what Django itself uses."""
    parts = connections["default"].get_connection_params()
    libpqs = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    return make_conninfo(
        "", **{key: value for key, value in parts.items() if key in libpqs and value not in {None, ""}}
    )


def engine_pool(address: str, *, smallest: int = 2, largest: int = 8) -> AsyncConnectionPool[AsyncConnection[Any]]:
    """The engine's pool, to be opened with `async with`. Connections are in autocommit mode and prepare what repeats.

    A connection that PostgreSQL dropped is replaced when it is asked for; asking waits up to 30 seconds, then
    psycopg_pool.PoolTimeout.
    """
    return AsyncConnectionPool(
        address,
        min_size=smallest,
        max_size=largest,
        open=False,
        timeout=30,
        reconnect_timeout=60,
        check=AsyncConnectionPool.check_connection,
        kwargs={"autocommit": True, "prepare_threshold": 2, "application_name": "postroom engine"},
    )


async def notifications(address: str, channels: Sequence[str]) -> AsyncGenerator[Notify | None, None]:
    """Wait for notifications, for ever: through lost connections too.

    None comes after every (re)connection: whatever was announced meanwhile is lost, so look for yourself then.
    """
    pause = 0.1
    while True:
        try:
            connection = await AsyncConnection.connect(address, autocommit=True, application_name="postroom listener")
            async with connection:
                for channel in channels:
                    await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                pause = 0.1
                yield None
                async for notify in connection.notifies():
                    yield notify
        except psycopg.OperationalError:
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
