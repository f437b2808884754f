"""The sender that is measured: the worker's own engine in a process of its own, told by lines on its standard input.

"expect N": print a line of JSON when N more publications were sent and everything is on disk.
"""

import asyncio
import json
import os
import sys
import threading
import time
from typing import Any

from postroom.config.env import choose_role

choose_role("engine")

import django  # noqa: E402 - the role is chosen first

django.setup()

import uvloop  # noqa: E402

from bench import wire  # noqa: E402
from postroom.config import folder  # noqa: E402
from postroom.config.env import environment  # noqa: E402
from postroom.kit.http import Guard  # noqa: E402
from postroom.networks.shape import Tokens  # noqa: E402
from postroom.publishing.engine import Engine  # noqa: E402
from postroom.publishing.opening import Keys  # noqa: E402
from postroom.worker.main import settle_memory  # noqa: E402

TOKENS = Tokens("a-token-of-the-usual-length")


class BenchKeys(Keys):
    """One token for all."""

    async def open(self, desk: Any, lanes: Any) -> None:
        for lane in lanes:
            lane.line.tokens = TOKENS


LOOP = []
def memory() -> float:
    """Resident memory of this process, MB."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


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
    LOOP.append(loop)
    orders: asyncio.Queue[str] = asyncio.Queue()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(orders.put_nowait, line)
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=read, daemon=True).start()

    settle_memory()
    running = asyncio.create_task(engine.run(stop))
    await engine.life.ready.wait()
    print("ready", flush=True)
    watching = asyncio.create_task(watch(engine, orders))
    await running
    watching.cancel()


async def watch(engine: Engine, orders: "asyncio.Queue[str]") -> None:
    """Answer each order when it is done."""
    while True:
        order = (await orders.get()).split()
        goal, cpu, flushes = engine.sender.sent + int(order[1]), time.process_time(), engine.ledger.flushes
        while engine.sender.sent < goal:
            await asyncio.sleep(0.004)
        await engine.ledger.drain()
        told = {
            "ended": engine.clock.now().timestamp(),
            "cpu": time.process_time() - cpu,
            "flushes": engine.ledger.flushes - flushes,
            "memory": memory(),
        }
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    os.sched_setaffinity(0, {int(sys.argv[1])})
    wire.register()
    if os.environ.get("DUMP"):
        import faulthandler
        import signal
        def dump(*a):
            faulthandler.dump_traceback()
            for t in asyncio.all_tasks(LOOP[0]): t.print_stack()
        signal.signal(signal.SIGUSR1, dump)
    profile = os.environ.get("BENCH_PROFILE")
    if profile:
        import cProfile

        with cProfile.Profile() as profiler:
            uvloop.run(main())
        profiler.dump_stats(profile)
    else:
        uvloop.run(main())
