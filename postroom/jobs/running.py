"""The worker's side of the job queue: run what was asked for until told to stop."""

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import Final

from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException
from procrastinate.psycopg_connector import PsycopgConnector

_RESCUE_EVERY: Final = 30.0
_GIVEN_UP_AFTER: Final = 60.0
"""Seconds without a sign of life from a worker until its jobs are taken for abandoned; it gives one every ten."""


async def run_jobs(*, at_once: int = 4, until_empty: bool = False) -> None:
    """Run jobs and periodic jobs until cancelled; those under way get ten seconds to finish.

    New jobs are announced by the database; jobs put off until later are looked for every five seconds. Raises whatever
    ended the connection to the database. `until_empty`: return once nothing is left to do now.
    """
    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=at_once + 2)
    # A second app with the same jobs: `enqueue` in this process goes on using Django's own connection.
    async with app.with_connector(connector).open_async() as working:
        await rescue_jobs(working)
        rescuer = asyncio.create_task(_keep_rescuing(working))
        try:
            await working.run_worker_async(
                concurrency=at_once,
                wait=not until_empty,
                install_signal_handlers=False,
                shutdown_graceful_timeout=10,
                delete_jobs="successful",
            )
        finally:
            rescuer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await rescuer


async def rescue_jobs(working: App) -> None:
    """Put jobs back into the queue whose worker died in the middle: they run again, so jobs bear repeating."""
    for stalled in await working.job_manager.get_stalled_jobs(seconds_since_heartbeat=_GIVEN_UP_AFTER):
        with contextlib.suppress(ConnectorException):  # another worker was quicker
            await working.job_manager.retry_job(stalled, retry_at=datetime.now(tz=UTC))


async def _keep_rescuing(working: App) -> None:
    while True:
        await asyncio.sleep(_RESCUE_EVERY)
        with contextlib.suppress(ConnectorException):  # no database just now; the worker itself says so
            await rescue_jobs(working)
