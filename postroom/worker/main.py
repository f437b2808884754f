"""The worker: the engine and the job queue in one asyncio process, from start to a graceful end."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import Awaitable, Callable

import structlog
import uvloop
from django.conf import settings
from procrastinate.exceptions import ConnectorException

from postroom.channels.lines import guard
from postroom.database.pool import own_address
from postroom.jobs.running import run_jobs
from postroom.publishing.engine import Engine
from postroom.publishing.opening import ChannelKeys
from postroom.worker.wiring import check_wiring

log = structlog.get_logger("postroom.worker")

PATIENCE = 30.0
"""Seconds that calls under way get to end after SIGTERM."""
AGAIN = 2.0
"""Seconds until the job queue is started again after the database went away."""


def run() -> None:
    """Work until SIGTERM or Ctrl-C; then claim nothing more, let calls end, and give the lanes back."""
    check_wiring()
    settle_memory()
    uvloop.run(work())


async def work(stop: asyncio.Event | None = None) -> None:
    """Run everything until `stop` is set, or a signal comes."""
    stop = stop or asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    environment = settings.ENVIRONMENT
    engine = Engine(
        own_address(),
        keys=ChannelKeys(),
        guard=guard(),
        at_once=environment.sending_at_once,
        missed_after=environment.missed_after,
    )
    jobs = asyncio.create_task(again_and_again(run_jobs))
    log.info("working", worker=str(engine.worker))
    try:
        await engine.run(stop, patience=PATIENCE)
    finally:
        jobs.cancel()
        await asyncio.gather(jobs, return_exceptions=True)
    log.info("stopped", sent=engine.sent)


async def again_and_again(part: Callable[[], Awaitable[None]]) -> None:
    """Run a part of the worker; when the database takes it down, start it again."""
    while True:
        with contextlib.suppress(ConnectorException, OSError):
            await part()
        log.warning("the job queue is started again")
        await asyncio.sleep(AGAIN)


def settle_memory() -> None:
    """Leave what was imported out of every later collection of garbage, and collect the rest less often.

    With some hundred thousand objects of Django's in the heap, full collections took a third of the sender's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 1_000)
