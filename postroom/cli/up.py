"""`postroom up`: run everything."""

import os
from typing import Annotated

import typer

from postroom.cli.output import become, command
from postroom.config.env import environment

app = command()


@app.command()
def up(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on, instead of POSTROOM_HOST.")] = "",
    port: Annotated[int, typer.Option(help="Port to listen on, instead of POSTROOM_PORT.")] = 0,
    sandbox: Annotated[bool, typer.Option(help="Run the sandbox network too.")] = False,
    worker: Annotated[bool, typer.Option(help="Run the worker too.")] = True,
) -> None:
    """Run the database, the web server and the worker, until Ctrl-C."""
    chosen = {"POSTROOM_HOST": host, "POSTROOM_PORT": str(port or ""), "POSTROOM_SANDBOX": "on" if sandbox else ""}
    os.environ.update({name: value for name, value in chosen.items() if value})
    if not worker:
        os.environ["POSTROOM_WORKER"] = "off"
    environment.cache_clear()
    environment()  # a bad variable is told here
    become("postroom.cli.supervisor", "--welcome")
