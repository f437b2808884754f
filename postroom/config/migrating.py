"""`postroom migrate`: the database, its roles, Django's migrations as owner, and the grants, in this order."""

import os
import sys
from collections.abc import Callable

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from postroom.config import folder
from postroom.config.env import Environment, Role, choose_role, environment
from postroom.database.passwords import password_for
from postroom.database.roles import RoleLogin, ensure_roles, grant

# Two `postroom migrate` at once would trip over each other; the number means nothing.
_ONE_AT_A_TIME = 0x706F7374

_OLDEST = 15
_MAY_NOT_MAKE_ROLES = (
    "the user of POSTROOM_DATABASE_URL may not create roles. Either let it (ALTER ROLE … CREATEROLE), or create two "
    "login roles yourself, for pages and for the worker, and give their addresses as POSTROOM_DATABASE_APP_URL and "
    "POSTROOM_DATABASE_ENGINE_URL."
)


class DatabaseUnfit(Exception):
    """The server can't serve Postroom as it is; the message says why, and what to do."""


def migrate(*, say: Callable[[str], None], verbosity: int = 0) -> None:
    """Bring the database up to date; repeating it changes nothing. Sets Django up as owner: call it early.

    `say` gets a line a step. Raises DatabaseUnfit, and psycopg's and Django's errors.
    """
    here = environment()
    folder.prepare(here.data)
    owner = folder.owner_address(here)
    if _make_database(owner):
        say("made the database")
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", [_ONE_AT_A_TIME])
        _check_version(connection)
        try:
            ensure_roles(connection, logins(here))
        except psycopg.errors.InsufficientPrivilege:
            raise DatabaseUnfit(_MAY_NOT_MAKE_ROLES) from None
        choose_role("owner")
        _run_django(verbosity)
        names = folder.role_names(here)
        grant(connection, app=names["app"], engine=names["engine"])
    say("the database is up to date")


def logins(here: Environment) -> list[RoleLogin]:
    """The two roles below the owner; without a password where their addresses are given."""
    given: dict[Role, str] = {"app": here.database_app_url, "engine": here.database_engine_url}
    secret = folder.secret_of(here)
    return [
        RoleLogin(name, None if given[role] else password_for(name, secret=secret))
        for role, name in folder.role_names(here).items()
    ]


def _make_database(owner: str) -> bool:
    """Make the database if the server has none of that name; True if it was made."""
    try:
        psycopg.connect(owner).close()
    except psycopg.OperationalError as problem:
        # libpq gives a failed connection no SQLSTATE: ask the server, unless it can't be reached at all
        try:
            server = psycopg.connect(make_conninfo(owner, dbname="postgres"), autocommit=True)
        except psycopg.OperationalError:
            raise problem from None
        with server:
            return _make_missing(server, str(conninfo_to_dict(owner)["dbname"]), problem)
    return False


def _make_missing(server: psycopg.Connection, name: str, problem: psycopg.OperationalError) -> bool:
    if server.execute("select from pg_database where datname = %s", [name]).fetchone():
        raise problem
    try:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name)))
    except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
        return False  # another `postroom migrate` was quicker
    except psycopg.errors.InsufficientPrivilege:
        raise DatabaseUnfit(f"there is no database “{name}”, and its user may not make one (CREATEDB)") from None
    return True


def _check_version(connection: psycopg.Connection) -> None:
    found = connection.info.server_version // 10_000
    if found < _OLDEST:
        raise DatabaseUnfit(f"the server is PostgreSQL {found}; Postroom needs {_OLDEST} or newer")


def _run_django(verbosity: int) -> None:
    import django
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postroom.config.settings")
    django.setup()
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return  # Django's command would take twice as long to find that out, at every start
    call_command("migrate", interactive=False, verbosity=verbosity)


def main() -> None:
    """Migrate, for a parent process that wants to stay without Django; silent when there is nothing to do."""
    try:
        migrate(say=lambda _: None)
    except DatabaseUnfit as problem:
        sys.exit(f"postroom: {problem}")
    except psycopg.OperationalError as problem:
        sys.exit(f"postroom: the database can't be used: {str(problem).strip()}")


if __name__ == "__main__":
    main()
