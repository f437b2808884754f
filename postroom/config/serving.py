"""The web server's process: `python -m postroom.config.serving`, which `postroom web` becomes."""

import os
from collections.abc import Callable
from typing import Any

from postroom.config.env import choose_role, environment
from postroom.kit.processes import end_with_parent


def main() -> None:
    """Serve pages and API until told to stop."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    here = environment()
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
    end_with_parent()
    choose_role("app", pooled=True)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postroom.config.settings")
    from postroom.config.wsgi import application

    return application


if __name__ == "__main__":
    main()
