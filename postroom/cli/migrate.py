"""`postroom migrate`: make or update the database, as its owner."""

from typing import Annotated

import typer

from postroom.cli.output import Problem, command, say
from postroom.config.env import environment

app = command()


@app.command()
def migrate(*, verbose: Annotated[bool, typer.Option(help="Name every migration.")] = False) -> None:
    """Make or update the database, its roles and their rights. Repeating it changes nothing."""
    from postroom.config import folder, migrating

    here = environment()
    folder.prepare(here.data)
    if not here.is_embedded:
        migrating.migrate(say=say, verbosity=int(verbose))
        return
    from postroom.database.embedded import DatabaseInUse, DatabaseProblem, Embedded

    server = Embedded(here.data, owner=f"{here.database_role_prefix}_owner")
    try:
        server.start()
    except DatabaseInUse:  # `postroom up` runs it: migrate beside it
        migrating.migrate(say=say, verbosity=int(verbose))
        return
    except DatabaseProblem as problem:
        raise Problem(str(problem)) from None
    try:
        migrating.migrate(say=say, verbosity=int(verbose))
    finally:
        server.stop()
