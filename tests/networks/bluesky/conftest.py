from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest

from postroom.kit.http import Guard, open_session
from postroom.networks.bluesky import NETWORK
from postroom.networks.line import Line, Who
from postroom.networks.shape import Connected, Tokens
from tests.networks.bluesky.server import Account, Servers, new_account, servers

HERE = ("127.0.0.1", "localhost")
Open = Callable[..., Line]


@pytest.fixture(scope="session")
def pds() -> Servers:
    """Bluesky's own PDS, its directory and a small AppView."""
    return servers()


@pytest.fixture
def account(pds: Servers) -> Account:
    """A fresh account at the PDS."""
    return new_account(pds.pds)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """A guarded session that may call this machine."""
    async with open_session(Guard(HERE)) as opened:
        yield opened


@pytest.fixture
def open_line(session: aiohttp.ClientSession) -> Open:
    """Open a line: to nobody, or as a connected account."""
    memory: dict[str, str] = {}

    def make(connected: Connected | None = None, *, server: str = "", tokens: Tokens | None = None) -> Line:
        line = Line(network=NETWORK, session=session, guard=Guard(HERE), who=Who(server=server), memory=memory)
        if connected:
            me = connected.identity
            line.who = Who(me.network_user_id, me.username, connected.server, dict(me.learned))
            line.tokens = tokens or connected.tokens
        return line

    return make
