"""Every tenant table is under row-level security, asked of the database itself."""

from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

TABLES = """
    select c.oid, c.relname, c.relrowsecurity, c.relispartition from pg_class c
    where c.relnamespace = %s and c.relkind in ('r', 'p')
      and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = any(%s) and not a.attisdropped)
"""
POLICIES = """
    select coalesce(array(select rolname::text from pg_roles where oid = any(polroles)), '{}') as roles,
           polcmd::text, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
    from pg_policy where polrelid = %s and polpermissive
"""
READS, WRITES = {"*", "r"}, {"*", "a", "w", "d"}


def open_tables(cursor: Any, schema: str, *, columns: tuple[str, ...] = ("workspace_id",)) -> dict[str, str]:
    """Tables of a schema that have a workspace's id and don't keep it: name → what is missing."""
    cursor.execute(TABLES, [oid_of(cursor, schema), list(columns)])
    wrong = {}
    for oid, name, secured, is_partition in cursor.fetchall():
        cursor.execute(POLICIES, [oid])
        policies = cursor.fetchall()
        if is_partition and secured and not policies:
            continue  # shut for everybody: its rows are reached through the table it is a part of
        if missing := what_is_missing(secured=secured, policies=policies):
            wrong[name] = missing
    return wrong


def oid_of(cursor: Any, schema: str) -> int:
    cursor.execute("select oid from pg_namespace where nspname = %s", [schema])
    return int(cursor.fetchone()[0])


def what_is_missing(*, secured: bool, policies: list[tuple[list[str], str, str | None, str | None]]) -> str:
    """Judge one table: the workspace's rows for everybody, all rows for the engine, nothing wider for anybody else."""
    engine = settings.DATABASE_ENGINE_ROLE
    everybody = [(command, using, check) for roles, command, using, check in policies if engine not in roles]
    reads = [using for command, using, _ in everybody if command in READS]
    writes = [check or using for command, using, check in everybody if command in WRITES]
    rules = {
        "row-level security is off": secured,
        "no policy shows a workspace its rows": any(map(scoped, reads)),
        "no policy keeps writes inside the workspace": any(map(scoped, writes)),
        "a policy opens rows to more than whom the scope names": all(map(told, reads)),
        "a policy lets rows be written outside the workspace": all(map(scoped, writes)),
        "the engine sees nothing": any(engine in roles and using == "true" for roles, _, using, _ in policies),
    }
    return next((missing for missing, kept in rules.items() if not kept), "")


def scoped(condition: str | None) -> bool:
    return "current_setting('postroom.workspace_id'" in (condition or "")


def told(condition: str | None) -> bool:
    return "current_setting('postroom." in (condition or "")


def test_every_tenant_table_is_closed(db: None) -> None:
    with connection.cursor() as cursor:
        assert open_tables(cursor, "public") == {}


def test_every_tenant_model_has_its_table(db: None) -> None:
    """A model with a workspace is in the catalog with that column, so the test above has seen it."""
    expected = {
        model._meta.db_table
        for model in apps.get_models()
        if model.__module__.startswith("postroom.")
        and any(f.column == "workspace_id" for f in model._meta.local_fields)
    }
    with connection.cursor() as cursor:
        cursor.execute(TABLES, [oid_of(cursor, "public"), ["workspace_id"]])
        there = {name for _, name, secured, _ in cursor.fetchall() if secured}
    assert expected, "no tenant table was found at all"
    assert expected <= there


def test_with_no_scope_nothing_is_shown(cast: Any, owner_dsn: str) -> None:
    """Closed even if somebody forgot to open a scope: the app role reads no row of any tenant table."""
    with connection.cursor() as cursor, psycopg.connect(owner_dsn) as owner:
        cursor.execute(TABLES, [oid_of(cursor, "public"), ["workspace_id"]])
        names = [name for _, name, _, is_partition in cursor.fetchall() if not is_partition]
        questions = {name: sql.SQL("select count(*) from {}").format(sql.Identifier(name)) for name in names}
        filled = {name for name, question in questions.items() if owner.execute(question).fetchall() != [(0,)]}
        for question in questions.values():
            cursor.execute(question)
            assert cursor.fetchone() == (0,), question.as_string()
    assert filled, "the cast left no row to be hidden"


def test_the_roles_of_pages_and_worker_have_no_way_round(db: None) -> None:
    """Neither a superuser, nor exempt, nor the owner of any table: for those the policies wouldn't hold."""
    roles = [settings.DATABASE_APP_ROLE, settings.DATABASE_ENGINE_ROLE]
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        assert cursor.fetchone() == (settings.DATABASE_APP_ROLE,)
        cursor.execute(
            "select rolname from pg_roles where rolname = any(%s) and not (rolsuper or rolbypassrls)", [roles]
        )
        assert {name for (name,) in cursor.fetchall()} == set(roles)
        cursor.execute(
            "select relname from pg_class join pg_roles on pg_roles.oid = relowner"
            " where rolname = any(%s) and relnamespace = 'public'::regnamespace",
            [roles],
        )
        assert cursor.fetchall() == []


MINE = "workspace_id = (select nullif(current_setting('postroom.workspace_id', true), '')::uuid)"
GOOD = f"create policy mine on pg_temp.sample using ({MINE})"
WIDE_WRITES = (
    "create policy writes on pg_temp.sample for insert with check (current_setting('postroom.user_id', true) <> '')"
)
FOR_THE_ENGINE = "create policy engine on pg_temp.sample to {engine} using (true)"


@pytest.mark.parametrize(
    ("statements", "missing"),
    [
        ([], "row-level security is off"),
        (["alter table pg_temp.sample enable row level security"], "no policy shows a workspace its rows"),
        (["alter table pg_temp.sample enable row level security", GOOD], "the engine sees nothing"),
        (
            [
                "alter table pg_temp.sample enable row level security",
                GOOD,
                FOR_THE_ENGINE,
                "create policy wide on pg_temp.sample for select using (true)",
            ],
            "a policy opens rows to more than whom the scope names",
        ),
        (
            [
                "alter table pg_temp.sample enable row level security",
                GOOD,
                FOR_THE_ENGINE,
                WIDE_WRITES,
            ],
            "a policy lets rows be written outside the workspace",
        ),
        (["alter table pg_temp.sample enable row level security", GOOD, FOR_THE_ENGINE], ""),
    ],
)
def test_an_open_table_is_seen(db: None, statements: list[str], missing: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("create temporary table sample (workspace_id uuid) on commit drop")
        for statement in statements:
            cursor.execute(statement.format(engine=f'"{settings.DATABASE_ENGINE_ROLE}"'))
        cursor.execute("select nspname from pg_namespace where oid = pg_my_temp_schema()")
        found = open_tables(cursor, cursor.fetchone()[0])
    assert found == ({"sample": missing} if missing else {})
