"""A proxy between a real worker and a network's server that kills the worker at a chosen call, or spoils answers."""

import asyncio
import concurrent.futures
import os
import signal
import threading

from aiohttp import web

from tests.networks.proxy import Fault, Proxy


class Striker(Proxy):
    """Strikes at a call that may publish: `kill` before the server hears of it, or after it has acted."""

    def __init__(self, upstream: str) -> None:
        super().__init__(upstream)
        self.victim: int | None = None
        self.left = 0
        self.after = False
        self.struck = threading.Event()

    def aim(self, victim: int, *, call: int, after: bool) -> None:
        """Kill -9 the process `victim` at its `call`-th call (from 1), after the server has answered it or before."""
        self.struck.clear()
        self.left, self.after, self.victim = call, after, victim

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if self.victim is not None:
            self.left -= 1
            if self.left == 0:
                return await self._strike(request)
        return await super()._handle(request)

    async def _strike(self, request: web.Request) -> web.StreamResponse:
        victim, self.victim = self.victim, None
        assert victim is not None
        if self.after:
            await self._forward(request, await request.read())
        os.kill(victim, signal.SIGKILL)
        self.struck.set()
        if request.transport is not None:
            request.transport.close()
        return web.Response()


class InThread:
    """The striker in a thread with a loop of its own: `with InThread(upstream) as striker:`."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream

    def __enter__(self) -> Striker:
        up: concurrent.futures.Future[Striker] = concurrent.futures.Future()

        async def serve() -> None:
            self.loop, self.over = asyncio.get_running_loop(), asyncio.Event()
            async with Striker(self.upstream) as striker:
                up.set_result(striker)
                await self.over.wait()

        self.thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
        self.thread.start()
        return up.result(10)

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self.over.set)
        self.thread.join(10)


def every_third(fault: Fault) -> list[Fault | None]:
    """A pattern to arm: two calls pass, the third is spoilt, and so on."""
    return [None, None, fault] * 50
