"""The doctor in the database: version, clocks, roles, row-level security, migrations, months, and the worker."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final

import psycopg
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from postroom.upkeep.findings import Finding, bad, good, warning

_OLDEST: Final = 15
_SKEW: Final = 2.0  # seconds; due times are compared with the database's clock

_UNGUARDED: Final = """
select c.relname from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
  and not (c.relrowsecurity and exists (select from pg_policy p where p.polrelid = c.oid))
order by 1
"""
_TOO_MIGHTY: Final = """
select r.rolname from pg_roles r where r.rolname = any(%s)
and (r.rolsuper or r.rolbypassrls or exists (select from pg_class c where c.relowner = r.oid))
"""
_THIS_MONTH: Final = "select to_regclass('events_activitylog_' || to_char(now() at time zone 'UTC', 'YYYYMM'))"


def look_at_database(*, owner: str, app: str, engine: str) -> Iterator[Finding]:
    """Everything about the database, by the addresses of its three roles; stops at what makes the rest pointless."""
    try:
        connection = psycopg.connect(owner, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as problem:
        reason = str(problem).strip().splitlines()[0]
        yield bad("Database", f"It can't be reached: {reason}", "Start Postroom (postroom up), or check the address.")
        return
    with connection:
        yield _version(connection)
        yield _clocks(connection)
        if not _has_tables(connection):
            yield bad("Migrations", "The database is empty.", "postroom migrate")
            return
        for name, address in (("app", app), ("engine", engine)):
            yield _login(name, address)
        yield from _walls(connection, app=_user(app), engine=_user(engine))
        yield _months(connection)
        yield _worker(connection, _user(engine))


def look_at_migrations(pending: Callable[[], list[str]]) -> Finding:
    """Whether Django knows of migrations the database hasn't had."""
    names = pending()
    if names:
        return bad("Migrations", f"{len(names)} wait: {', '.join(names[:5])}", "postroom migrate")
    return good("Migrations", "all applied")


def pending_migrations() -> list[str]:
    """The migrations that wait, through Django's own connection."""
    executor = MigrationExecutor(connections["default"])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def _user(address: str) -> str:
    return str(psycopg.conninfo.conninfo_to_dict(address).get("user", ""))


def _version(connection: psycopg.Connection) -> Finding:
    found = connection.info.server_version // 10_000
    if found < _OLDEST:
        return bad("Database", f"The server is PostgreSQL {found}.", f"Use PostgreSQL {_OLDEST} or newer.")
    return good("Database", f"PostgreSQL {found}")


def _clocks(connection: psycopg.Connection) -> Finding:
    before = datetime.now(tz=UTC)
    row = connection.execute("select clock_timestamp()").fetchone()
    after = datetime.now(tz=UTC)
    theirs = row[0] if row else before
    skew = max((before - theirs).total_seconds(), (theirs - after).total_seconds(), 0.0)
    if skew > _SKEW:
        return warning(
            "Clocks", f"This machine's and the database's differ by {skew:.1f} s.", "Let both be set by NTP."
        )
    return good("Clocks", "agree")


def _has_tables(connection: psycopg.Connection) -> bool:
    row = connection.execute("select to_regclass('django_migrations') is not null").fetchone()
    return bool(row and row[0])


def _login(name: str, address: str) -> Finding:
    try:
        psycopg.connect(address, connect_timeout=5).close()
    except psycopg.OperationalError as problem:
        reason = str(problem).strip().splitlines()[0]
        return bad(f"Role: {name}", f"It can't sign in: {reason}", "postroom migrate sets its password anew.")
    return good(f"Role: {name}", _user(address))


def _walls(connection: psycopg.Connection, *, app: str, engine: str) -> Iterator[Finding]:
    unguarded = [name for (name,) in connection.execute(_UNGUARDED)]
    if unguarded:
        yield bad("Row-level security", f"Not on: {', '.join(unguarded)}", "That is a bug in Postroom: report it.")
    else:
        yield good("Row-level security", "on for every table of a workspace")
    mighty = [name for (name,) in connection.execute(_TOO_MIGHTY, [[app, engine]])]
    if mighty:
        yield bad(
            "Roles",
            f"Row-level security doesn't hold {', '.join(mighty)}: superuser, BYPASSRLS or owner of tables.",
            "Give these roles no such rights; the owner's address must be another user's.",
        )


def _months(connection: psycopg.Connection) -> Finding:
    row = connection.execute(_THIS_MONTH).fetchone()
    if not row or row[0] is None:
        return warning("Partitions", "This month's is missing.", "Let the worker run: it makes them every night.")
    return good("Partitions", "made ahead")


def _worker(connection: psycopg.Connection, engine: str) -> Finding:
    question = "select count(*) from pg_stat_activity where usename = %s and datname = current_database()"
    row = connection.execute(question, [engine]).fetchone()
    if not row or not row[0]:
        return warning("Worker", "None is connected: nothing is published.", "postroom up, or postroom worker")
    return good("Worker", "connected")
