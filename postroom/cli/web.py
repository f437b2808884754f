"""`postroom web`: the web server alone."""

from collections.abc import Callable
from typing import Any

from postroom.cli.output import NotReachable, command
from postroom.config import folder
from postroom.config.env import choose_role, environment

app = command()


@app.command()
def web() -> None:
    """Serve pages and API. The database must be there: `postroom up` runs it, or POSTROOM_DATABASE_URL names it."""
    here = environment()
    if not folder.owner_address(here):
        raise NotReachable(f"There is no database in {here.data} yet. Start everything with: postroom up")
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "postroom.config.wsgi:application",
        address=here.host,
        port=here.port,
        interface=Interfaces.WSGI,
        workers=here.web_workers,
        blocking_threads=here.web_threads,
        backpressure=here.web_threads * 4,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.error,
    ).serve(target_loader=load, wrap_loader=False)


def load() -> Callable[..., Any]:
    """The application, in a worker process of the web server, which ends with its parent however that ends."""
    from postroom.kit.processes import end_with_parent

    end_with_parent()
    choose_role("app")
    from postroom.config.wsgi import application

    return application
