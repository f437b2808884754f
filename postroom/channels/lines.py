"""How a line for a channel is opened: session, guard, tokens, app, and what was learned of it.

The engine opens many at a time on its own connection (`open_many`); verbs open one for one purpose (`one_line`).
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

import aiohttp
import orjson
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.db import close_old_connections, connection
from psycopg import AsyncConnection

from postroom.channels.credentials import app_from_json, open_tokens
from postroom.channels.sealing import app_place, open_json
from postroom.kit.http import Guard, open_session
from postroom.networks import registry
from postroom.networks.line import Line, Who
from postroom.networks.shape import App, Network, Tokens
from postroom.networks.verdicts import Expired, Limited, Rejected, Retry, Stop, Verdict
from postroom.workspaces.errors import BadInput, Refusal

P = ParamSpec("P")
T = TypeVar("T")

KEYS = (Path(__file__).parent / "sql" / "keys.sql").read_text()
CALL_SECONDS = 30


class NetworkTrouble(Refusal):
    """The network said no, or couldn't be asked. `where`: the field at fault, if it named one."""

    code = "network_trouble"

    def __init__(self, verdict: Verdict) -> None:
        """Keep the verdict; its reason is the message. `code` says which of the five it was."""
        super().__init__(verdict.why)
        self.verdict = verdict
        self.where = verdict.where if isinstance(verdict, Rejected) else None
        self.code = _CODES.get(type(verdict), NetworkTrouble.code)


_CODES = {
    Rejected: "network_refused",
    Expired: "network_key_refused",
    Limited: "network_limited",
    Retry: "network_unavailable",
}


@dataclass(frozen=True, slots=True)
class Opened:
    """All that a line to a channel needs. No tokens: it was disconnected, or is not connected yet."""

    channel_id: UUID
    workspace_id: UUID
    network: Network = field(repr=False)
    who: Who
    tokens: Tokens | None
    app: App | None
    generation: int
    memory: dict[str, str] = field(default_factory=dict, repr=False)

    def line(self, session: aiohttp.ClientSession, guard: Guard) -> Line:
        """Make the line."""
        return Line(
            network=self.network,
            session=session,
            guard=guard,
            who=self.who,
            tokens=self.tokens,
            app=self.app,
            memory=self.memory,
            timeout=CALL_SECONDS,
        )


def network_named(name: object) -> Network:
    """Give the network of that name. BadInput for one that isn't there."""
    try:
        return registry.get(str(name))
    except registry.UnknownNetwork:
        raise BadInput("network", name, f"one of {', '.join(registry.names())}") from None


def open_channel(channel_id: UUID) -> Opened | None:
    """Open one channel, within a scope; None for one that isn't there. Raises CannotOpen, KeyRingProblem."""
    with connection.cursor() as cursor:
        cursor.execute(KEYS, {"channels": [channel_id]})
        row = cursor.fetchone()
    return _opened(row) if row else None


async def open_many(database: AsyncConnection[Any], channels: Collection[UUID | str]) -> dict[UUID, Opened]:
    """Open many channels on a connection of the engine's. Raises CannotOpen, KeyRingProblem."""
    cursor = await database.execute(KEYS.encode(), {"channels": [str(one) for one in channels]})
    return {row[0]: _opened(row) for row in await cursor.fetchall()}


def _opened(row: tuple[Any, ...]) -> Opened:
    channel_id, workspace_id, network, server, network_user_id, username, learned, *keys = row
    key_id, sealed, generation, client_id, app_key_id, app_sealed, app_server = keys
    tokens = app = None
    if key_id is not None:
        tokens = open_tokens(key_id, bytes(sealed), workspace_id=workspace_id, channel_id=channel_id)
    if client_id is not None:
        place = app_place(workspace_id, network, app_server)
        app = app_from_json(client_id, open_json(app_key_id, bytes(app_sealed), bound_to=place))
    known = orjson.loads(learned) if isinstance(learned, str | bytes) else learned
    who = Who(network_user_id, username, server, known)
    return Opened(channel_id, workspace_id, registry.get(network), who, tokens, app, generation or 0)


@cache
def guard() -> Guard:
    """Which addresses may be called: public ones, what POSTROOM_ALLOW_PRIVATE names, and the sandbox where it runs."""
    environment = settings.ENVIRONMENT
    allowed = list(environment.allow_private)
    if environment.sandbox:
        allowed += [f"{host}:{environment.sandbox_port}" for host in ("127.0.0.1", "localhost")]
    return Guard(allowed)


@asynccontextmanager
async def a_session(given: aiohttp.ClientSession | None = None) -> AsyncIterator[aiohttp.ClientSession]:
    """The session that is given, or one of its own for one purpose."""
    if given is not None:
        yield given
        return
    async with open_session(guard(), at_once=10) as session:
        yield session


@asynccontextmanager
async def one_line(network: Network, *, server: str = "", app: App | None = None) -> AsyncIterator[Line]:
    """A line to a network for somebody who isn't connected yet."""
    async with a_session() as session:
        who = Who(server=server)
        yield Line(network=network, session=session, guard=guard(), who=who, app=app, timeout=CALL_SECONDS)


def ask(question: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs) -> T:
    """Ask a network from a verb that isn't async. Raises NetworkTrouble; RuntimeError inside a transaction."""
    demand_no_transaction()
    try:
        return async_to_sync(question)(*args, **kwargs)
    except Stop as stop:
        raise NetworkTrouble(stop.verdict) from None


def demand_no_transaction() -> None:
    """Raise RuntimeError inside a transaction: a rollback would lose a key that the network has just replaced."""
    if connection.in_atomic_block:
        raise RuntimeError("a network is never asked inside a transaction")


def in_thread(step: Callable[P, T]) -> Callable[P, Awaitable[T]]:
    """Make a step on the database callable from async code, on a connection that still works."""

    def fresh(*args: P.args, **kwargs: P.kwargs) -> T:
        if not connection.in_atomic_block:
            close_old_connections()
        return step(*args, **kwargs)

    return sync_to_async(fresh)
