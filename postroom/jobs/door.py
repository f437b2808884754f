"""Ask for a background job in the transaction that needs it, and say what a job's name runs.

A job is a plain function in a room's `jobs.py`:

    @job("library.make_thumbnail", retry=3)
    def make_thumbnail(*, asset_id: str) -> None: ...

    enqueue(make_thumbnail, asset_id=asset.id)

Its arguments travel as JSON: ids arrive as text. It runs as the engine role, in a thread (`async def` on the worker's
loop), at least once: after a crash perhaps again, so it must bear repeating.
"""

import functools
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import close_old_connections, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

Work = Callable[..., None] | Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Job:
    """A function the worker runs by name. Call `run` to run it here and now, as tests do."""

    name: str
    run: Work


def job(name: str, *, queue: str = "default", retry: int = 3, every: str | None = None) -> Callable[[Work], Job]:
    """Make a function a job.

    `retry`: how often it is tried again after an error, waiting 4, 16, 64, … seconds. `every`: a cron line in UTC
    ("*/5 * * * *"); such a job takes no arguments, and one run at a time waits in the queue.
    """

    def made(work: Work) -> Job:
        strategy = RetryStrategy(max_attempts=retry, exponential_wait=4) if retry else False
        lock = name if every else None
        task = app.task(name=name, queue=queue, retry=strategy, queueing_lock=lock)(
            _worker_form(work, periodic=bool(every))
        )
        if every:
            app.periodic(cron=every)(task)
        return Job(name, work)

    return made


def enqueue(what: Job, *, key: str | None = None, run_at: datetime | None = None, **arguments: object) -> bool:
    """Ask for a job; it is there when the surrounding transaction commits, and only then.

    `key`: while a job of this name and key waits, no second one is added, and the answer is False.
    `run_at`: not before this moment.
    """
    lock = f"{what.name} {key}" if key is not None else None
    deferrer = app.configure_task(name=what.name, queueing_lock=lock, schedule_at=run_at, allow_unknown=False)
    try:
        with transaction.atomic():  # a savepoint: the refusal of a key must not break the caller's transaction
            deferrer.defer(**{name: _as_json(value) for name, value in arguments.items()})
    except AlreadyEnqueued:
        return False
    return True


def _as_json(value: object) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else value


def _worker_form(work: Work, *, periodic: bool) -> Callable[..., Any]:
    """The function as Procrastinate calls it: with a timestamp if periodic, and with connections that still work."""
    if inspect.iscoroutinefunction(work):

        @functools.wraps(work)
        async def on_loop(**arguments: Any) -> None:
            if periodic:
                arguments.pop("timestamp")
            await work(**arguments)

        return on_loop

    @functools.wraps(work)
    def in_thread(**arguments: Any) -> None:
        if periodic:
            arguments.pop("timestamp")
        close_old_connections()
        try:
            work(**arguments)
        finally:
            close_old_connections()

    return in_thread
