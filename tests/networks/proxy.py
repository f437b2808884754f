"""A faithful troublemaker between a line and any server: it forwards all calls, and spoils those it is told to.

It stands on loopback, so that real servers (a Bluesky PDS) meet the same faults as fakes. A fault strikes before the
call is forwarded (the server never hears of it) or after (the server has done its part, and we don't learn of it).
"""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import aiohttp
from aiohttp import web

HOP_BY_HOP = frozenset(
    {
        "connection", "content-length", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade",
        "proxy-authenticate", "proxy-authorization",
    }
)  # fmt: skip
"""Headers that speak of one connection only (RFC 9110, section 7.6.1), and two that are set anew."""


class Trouble(enum.StrEnum):
    """What goes wrong."""

    ANSWER = "answer"
    """Answer `Fault.status` with `Fault.body` instead of what the server said."""
    CUT = "cut"
    """Close the connection without a byte of an answer."""
    TORN = "torn"
    """Send the head and the first half of the server's answer, then close."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `forwarded`: the server gets the call (and acts) before the fault strikes."""

    name: str
    trouble: Trouble = Trouble.ANSWER
    forwarded: bool = False
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b'{"error": "Injected", "message": "made up by the troublemaker"}'


@dataclass(frozen=True, slots=True)
class Call:
    """One call that came in: what was asked, what the server answered (0 = never asked), and the fault, if any."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    fault: str = ""


class Proxy:
    """A reverse proxy on loopback: `async with Proxy(upstream) as proxy:` and then `proxy.base`."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream.rstrip("/")
        self.base = ""
        self.calls: list[Call] = []
        self._armed: list[Fault | None] = []
        self._fired = 0

    def arm(self, fault: Fault, *, skip: int = 0, times: int = 1) -> None:
        """Spoil `times` calls, after letting `skip` calls pass. Replaces what was armed before."""
        self._fired = 0
        self._armed = [None] * skip + [fault] * times

    def disarm(self) -> int:
        """Forward everything again; answers how many faults struck since `arm`."""
        self._armed = []
        return self._fired

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar())
        app = web.Application(client_max_size=1 << 30)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
        await self._session.close()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        fault = self._armed.pop(0) if self._armed else None
        status, content = 0, b""
        headers: dict[str, str] = {}
        if fault is None or fault.forwarded:
            status, headers, content = await self._forward(request, body)
        self.calls.append(
            Call(request.method, request.path_qs, dict(request.headers), body, status, fault.name if fault else "")
        )
        if fault is None:
            return web.Response(status=status, headers=headers, body=content)
        self._fired += 1
        return await self._spoil(request, fault, headers, content)

    async def _forward(self, request: web.Request, body: bytes) -> tuple[int, dict[str, str], bytes]:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP}
        async with self._session.request(
            request.method, self.upstream + request.raw_path, headers=headers, data=body, allow_redirects=False
        ) as answer:
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in HOP_BY_HOP}
            return answer.status, kept, await answer.read()

    async def _spoil(
        self, request: web.Request, fault: Fault, headers: Mapping[str, str], content: bytes
    ) -> web.StreamResponse:
        if fault.trouble is Trouble.ANSWER:
            spoilt = {"Content-Type": "application/json", **fault.headers}
            return web.Response(status=fault.status, headers=spoilt, body=fault.body)
        response = web.StreamResponse(headers=headers)
        if fault.trouble is Trouble.TORN:
            half = content[: max(1, len(content) // 2)] or b"{"
            response.content_length = len(half) + 10
            await response.prepare(request)
            await response.write(half)
        if request.transport is not None:
            request.transport.close()
        return response


def refusal(status: int, error: str, message: str = "", **headers: str) -> Fault:
    """Make a fault that answers `status` with a JSON body {"error": …, "message": …}, before the server is asked."""
    body = json.dumps({"error": error, "message": message}).encode()
    return Fault(f"{status} {error}", status=status, body=body, headers=headers)
