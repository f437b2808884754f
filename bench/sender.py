"""The sender that is measured: the worker's own engine in a process of its own, told by lines on its standard input.

"expect N": print a line of JSON when N more publications were sent and everything is on disk.
"""

import asyncio
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import uvloop

from bench import wire
from postroom.config import folder
from postroom.config.env import environment
from postroom.kit.http import Guard
from postroom.networks.shape import Tokens
from postroom.publishing.engine import Engine
from postroom.publishing.opening import Keys
from postroom.worker.main import settle_memory

TOKENS = Tokens("a-token-of-the-usual-length")


class BenchKeys(Keys):
    """One token for all: opening sealed ones is measured where they are used, not here."""

    async def open(self, desk: Any, lanes: Any) -> None:
        for lane in lanes:
            lane.line.tokens = TOKENS


def memory() -> float:
    """The most resident memory this process had so far, MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(one.split()[1]) for one in lines if one.startswith("VmHWM")) / 1024


async def main() -> None:
    """Run the engine until standard input ends."""
    here = environment()
    engine = Engine(
        folder.address(here, "engine"),
        keys=BenchKeys(),
        guard=Guard(here.allow_private),
        at_once=here.sending_at_once,
        missed_after=here.missed_after,
    )
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    orders: asyncio.Queue[str] = asyncio.Queue()

    def read() -> None:
        for order in sys.stdin:
            loop.call_soon_threadsafe(orders.put_nowait, order)
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=read, daemon=True).start()
    settle_memory()
    running = asyncio.create_task(engine.run(stop))
    await engine.life.locked.wait()
    print("ready", flush=True)
    watching = asyncio.create_task(watch(engine, orders))
    await running
    watching.cancel()


async def watch(engine: Engine, orders: "asyncio.Queue[str]") -> None:
    """Answer each order when it is done."""
    while True:
        order = (await orders.get()).split()
        goal, cpu, flushes = engine.sent + int(order[1]), time.process_time(), engine.ledger.flushes
        while engine.sent < goal:  # noqa: ASYNC110 - the engine has no event for it, and shall not have one
            await asyncio.sleep(0.004)
        await engine.ledger.drain()
        told = {
            "ended": engine.clock.now().timestamp(),
            "cpu": time.process_time() - cpu,
            "flushes": engine.ledger.flushes - flushes,
            "memory": memory(),
        }
        print(json.dumps(told), flush=True)


def run() -> None:
    """Run it, on the core named by the first argument."""
    os.sched_setaffinity(0, {int(sys.argv[1])})
    wire.register()
    profile = os.environ.get("BENCH_PROFILE")
    if profile:
        import cProfile

        with cProfile.Profile() as profiler:
            uvloop.run(main())
        profiler.dump_stats(profile)
    else:
        uvloop.run(main())
