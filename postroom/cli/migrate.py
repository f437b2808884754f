"""`postroom migrate`: make or update the database, as its owner."""

from typing import Annotated

import typer

from postroom.cli.output import Problem, command, say
from postroom.config import folder
from postroom.config.env import Environment, environment

app = command()


@app.command()
def migrate(*, verbose: Annotated[bool, typer.Option(help="Name every migration.")] = False) -> None:
    """Make or update the database, its roles and their rights. Repeating it changes nothing."""
    from postroom.config.migrating import DatabaseUnfit
    from postroom.database.embedded import DatabaseProblem

    here = environment()
    folder.prepare(here.data)
    try:
        _migrate(here, verbosity=int(verbose))
    except (DatabaseUnfit, DatabaseProblem) as problem:
        raise Problem(str(problem)) from None


def _migrate(here: Environment, *, verbosity: int) -> None:
    from postroom.config import migrating
    from postroom.database.embedded import DatabaseInUse, Embedded

    server: Embedded | None = None
    if here.is_embedded:
        server = Embedded(here.data, owner=f"{here.database_role_prefix}_owner")
        try:
            server.start()
        except DatabaseInUse:  # `postroom up` runs it: migrate beside that
            server = None
    try:
        migrating.migrate(say=say, verbosity=verbosity)
    finally:
        if server:
            server.stop()
