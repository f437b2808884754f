"""What a network brings to the conformance suite: a server, a way in, drafts, and an outside view of what is public."""

from __future__ import annotations

import abc
import asyncio
import concurrent.futures
import dataclasses
import os
import threading
import types
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web

from postroom.kit.http import Guard, open_session
from postroom.kit.ids import uuid7
from postroom.networks.line import Line, Who
from postroom.networks.shape import App, Connected, Draft, Format, Network, Receipt, Tokens
from tests.networks.proxy import Fault, refusal


@dataclasses.dataclass
class Access:
    """One connected account: who, what opens it, and the lines' shared memory."""

    who: Who
    tokens: Tokens
    app: App | None = None
    memory: dict[str, str] = dataclasses.field(default_factory=dict)


class Samples(abc.ABC):
    """One network's samples. Fill the abstract ones; override the rest where the network differs.

    `start` runs once per test class and is no coroutine: a real server is a process, a fake one runs in a thread
    (`in_thread(make_app)`). Everything else runs in the test's own loop.
    """

    network: Network
    names: tuple[str, ...]
    """Names of the sample drafts: at least one per format of the network, more where steps differ."""
    faulted: tuple[str, ...] = ()
    """Of these names, the ones that are sent through every fault at every call (all, when empty). Real servers: few."""
    kept_by_server: tuple[str, ...] = ("text.max",)
    """Limits that the server keeps too: at the limit it takes the draft, one over it refuses (`Rejected`)."""
    formats: frozenset[Format] | None = None
    """The formats this account takes, where that is not all of the network's (then `learned` says so too)."""
    learned: Mapping[str, Any] = types.MappingProxyType({})
    """What is learned of the sample account, laid over the table while drafts are checked without a server."""
    revoking_ends_access: bool = True
    """False where a revoked connection's access token lives on until it expires; then only refreshing must fail."""
    tells_numbers: bool = True
    """False where the server that runs here has no counters to tell (a lone Bluesky PDS)."""
    rotates_refresh: bool = True
    """Whether refreshing gives a new refresh token."""

    @abc.abstractmethod
    def start(self) -> str:
        """Start the server and answer its base address ("http://127.0.0.1:PORT")."""

    @abc.abstractmethod
    def stop(self) -> None:
        """Stop the server."""

    @abc.abstractmethod
    async def connect(self, line: Line) -> Connected:
        """Connect a fresh account through the adapter's own `Way` (drive its consent pages here, if it has some).

        `line` has no tokens; `line.who.server` is the server's own address (not the proxy's), `line.app` is `app()`.
        """

    @abc.abstractmethod
    def draft(self, name: str) -> Draft:
        """Give a *fresh* draft (new key, new moment, new text) of that name; use `self.fresh(...)`."""

    @abc.abstractmethod
    async def count(self, base: str, access: Access) -> int:
        """How many items of this account are public now, asked from the server past the adapter (no proxy)."""

    async def app(self, line: Line) -> App | None:
        """Give our registration at the server, where the network needs one."""
        return None

    def dead(self, tokens: Tokens) -> Tokens:
        """Give tokens the server won't accept any more."""
        return dataclasses.replace(tokens, access="dead-" + tokens.access[5:])

    # ------------------------------------------------------ the network's own words for trouble

    def unauthorised(self) -> Fault:
        """Answer as the network does for a dead token; must lead to `Expired`."""
        return refusal(401, "invalid_token", "The access token is invalid")

    def limited(self, **headers: str) -> Fault:
        """Answer as the network does when it asks to wait; must lead to `Limited`."""
        return refusal(429, "rate_limited", "Slow down", **headers)

    def over(self, what: str, at_limit: Draft) -> Draft | None:
        """Give a draft one over the limit named, when the generic builder can't; None = the generic one."""
        return None

    def at(self, what: str, amount: float) -> Draft | None:
        """Give a draft exactly at the limit named, when the generic builder can't; None = the generic one."""
        return None

    # ------------------------------------------------------ tools

    def fresh(self, *, format: Format = Format.TEXT, text: str = "", **rest: Any) -> Draft:  # noqa: A002
        """Make a draft with a key as the engine mints it and a moment that is now."""
        now = datetime.now(UTC)
        mint = self.network.mint_key
        key = mint(now, os.urandom(16)) if mint else str(uuid7())
        return Draft(key=key, at=now, format=format, text=text, **rest)

    def reply(self, to: Receipt, root: Receipt) -> Draft:
        """Give a fresh draft that continues a thread."""
        first = self.draft(self.names[0])
        return dataclasses.replace(first, parent=to, root=root)

    def session(self) -> aiohttp.ClientSession:
        """Open a guarded session that may call this machine."""
        return open_session(Guard(("127.0.0.1", "localhost")))

    def line(self, session: aiohttp.ClientSession, base: str, access: Access | None = None) -> Line:
        """Make a line to `base`, without tokens or with an account's."""
        guard = Guard(("127.0.0.1", "localhost"))
        if access is None:
            return Line(network=self.network, session=session, guard=guard, who=Who(server=base))
        who = dataclasses.replace(access.who, server=base)
        return Line(
            network=self.network, session=session, guard=guard, who=who,
            tokens=access.tokens, app=access.app, memory=access.memory,
        )  # fmt: skip


def in_thread(make: Callable[[], Coroutine[Any, Any, web.Application]]) -> tuple[str, Callable[[], None]]:
    """Serve an aiohttp application in a thread with a loop of its own; answers its address and how to stop it."""
    up: concurrent.futures.Future[tuple[str, Callable[[], None]]] = concurrent.futures.Future()

    async def serve() -> None:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        try:
            runner = web.AppRunner(await make(), access_log=None, shutdown_timeout=0.2)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
        except BaseException as error:
            up.set_exception(error)
            raise

        def end() -> None:
            loop.call_soon_threadsafe(over.set)

        up.set_result((f"http://127.0.0.1:{runner.addresses[0][1]}", end))
        await over.wait()
        await runner.cleanup()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    base, end = up.result(10)

    def stop() -> None:
        end()
        thread.join(10)

    return base, stop
