"""The worker's side of the job queue: run what was asked for until told to stop."""

from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector


async def run_jobs(*, at_once: int = 4, until_empty: bool = False) -> None:
    """Run jobs and periodic jobs until cancelled; those under way get ten seconds to finish.

    New jobs are announced by the database; jobs put off until later are looked for every five seconds. Raises whatever
    ended the connection to the database. `until_empty`: return once nothing is left to do now.
    """
    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=at_once + 2)
    # A second app with the same jobs: `enqueue` in this process goes on using Django's own connection.
    async with app.with_connector(connector).open_async() as working:
        await working.run_worker_async(
            concurrency=at_once,
            wait=not until_empty,
            install_signal_handlers=False,
            shutdown_graceful_timeout=10,
            delete_jobs="successful",
        )
