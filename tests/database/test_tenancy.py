import json
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import psycopg
import pytest
from django.db import connection, connections, models, transaction
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.migrations import CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from psycopg.conninfo import conninfo_to_dict

from postroom.database.roles import grant
from postroom.database.tenancy import PlainTable, SameWorkspace, ScopeError, TenantTable, scope
from postroom.kit.ids import uuid7

ONE, TWO = uuid7(), uuid7()
USER = uuid7()
MINE = "owner_id = nullif(current_setting('postroom.user_id', true), '')::uuid"


def _row(**more: models.Field) -> list[tuple[str, models.Field]]:
    base: dict[str, models.Field] = {
        "id": models.UUIDField(primary_key=True, default=uuid7),
        "created_at": models.DateTimeField(db_default=models.functions.Now()),
        "updated_at": models.DateTimeField(db_default=models.functions.Now()),
    }
    return [*base.items(), *more.items()]


UNIQUE = {"constraints": [models.UniqueConstraint(fields=["workspace_id", "id"], name="box_in_workspace")]}
OPERATIONS: list[Operation] = [
    CreateModel("Box", _row(workspace_id=models.UUIDField(), owner_id=models.UUIDField(null=True)), options=UNIQUE),
    TenantTable("box", extra_policy=MINE),
    CreateModel(
        "Letter", _row(workspace_id=models.UUIDField(), box=models.ForeignKey("t.Box", models.CASCADE, null=True))
    ),
    TenantTable("letter"),
    SameWorkspace("letter", "box", parent="t.box"),
    CreateModel("Note", [("id", models.UUIDField(primary_key=True)), ("workspace_id", models.UUIDField())]),
    TenantTable("note", append_only=True),
    CreateModel("Person", _row()),
    PlainTable("person"),
]


@dataclass
class Tables:
    """Four tables made by the operations, and the owner's connection."""

    owner: psycopg.Connection
    wrapper: DatabaseWrapper
    states: list[ProjectState]

    def take_back(self) -> None:
        for index in reversed(range(len(OPERATIONS))):
            with self.wrapper.schema_editor() as editor:
                OPERATIONS[index].database_backwards("t", editor, self.states[index + 1], self.states[index])


@pytest.fixture
def tables(owner_dsn: str) -> Iterator[Tables]:
    parts = conninfo_to_dict(owner_dsn)
    names = {"HOST": "host", "PORT": "port", "NAME": "dbname", "USER": "user", "PASSWORD": "password"}
    wrapper = DatabaseWrapper(
        {**connection.settings_dict, **{key: parts[value] for key, value in names.items()}, "OPTIONS": {}},
        alias="owner",
    )
    connections["owner"] = wrapper
    states = [ProjectState()]
    for operation in OPERATIONS:
        after = states[-1].clone()
        operation.state_forwards("t", after)
        with wrapper.schema_editor() as editor:
            operation.database_forwards("t", editor, states[-1], after)
        states.append(after)
    with psycopg.connect(owner_dsn, autocommit=True) as owner:
        grant(owner, app="postroom_app", engine="postroom_engine")
        yield Tables(owner, wrapper, states)
        for name in ("letter", "box", "note", "person"):
            owner.execute(f"drop table if exists t_{name} cascade".encode())
    wrapper.close()
    del connections["owner"]


def _boxes() -> set[UUID]:
    with connection.cursor() as cursor:
        cursor.execute("select id from t_box")
        return {row[0] for row in cursor.fetchall()}


def _add_box(workspace: UUID, owner: UUID | None = None) -> UUID:
    identifier = uuid7()
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into t_box (id, workspace_id, owner_id) values (%s, %s, %s)", [identifier, workspace, owner]
        )
    return identifier


def _settings() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_setting('postroom.workspace_id', true), current_setting('postroom.actor', true),"
            " current_setting('postroom.user_id', true)"
        )
        return tuple(value or "" for value in cursor.fetchone())


def test_with_nothing_set_no_row_is_seen_and_none_is_written(tables):
    with scope(workspace_id=ONE):
        _add_box(ONE)
    assert _boxes() == set()
    with pytest.raises(Exception, match="row-level security"):
        _add_box(ONE)
    with connection.cursor() as cursor:
        cursor.execute("update t_box set owner_id = null")
        assert cursor.rowcount == 0
        cursor.execute("delete from t_box")
        assert cursor.rowcount == 0


def test_a_workspace_sees_its_own_rows_and_cannot_write_into_another(tables):
    with scope(workspace_id=ONE):
        mine = _add_box(ONE)
    with scope(workspace_id=TWO):
        assert _boxes() == set()
        with pytest.raises(Exception, match="row-level security"), transaction.atomic():
            _add_box(ONE)
    with scope(workspace_id=ONE):
        assert _boxes() == {mine}
        with pytest.raises(Exception, match="row-level security"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("update t_box set workspace_id = %s", [TWO])


def test_the_engine_sees_every_workspace(tables, engine_dsn):
    for workspace in (ONE, TWO):
        with scope(workspace_id=workspace):
            _add_box(workspace)
    with psycopg.connect(engine_dsn) as engine:
        assert engine.execute("update t_box set owner_id = null returning 1").fetchall() == [(1,), (1,)]


def test_an_extra_policy_shows_rows_but_lets_nobody_write_them(tables):
    with scope(workspace_id=ONE):
        box = _add_box(ONE, owner=USER)
        _add_box(ONE)
    with scope(user_id=USER):
        assert _boxes() == {box}
        with connection.cursor() as cursor:
            cursor.execute("delete from t_box")
            assert cursor.rowcount == 0


def test_a_reference_into_another_workspace_is_refused(tables):
    with scope(workspace_id=ONE):
        box = _add_box(ONE)
    insert = "insert into t_letter (id, workspace_id, box_id) values (%s, %s, %s)"
    with pytest.raises(Exception, match="same_workspace_box"), scope(workspace_id=TWO), connection.cursor() as cursor:
        cursor.execute(insert, [uuid7(), TWO, box])
    with scope(workspace_id=ONE), connection.cursor() as cursor:
        cursor.execute(insert, [uuid7(), ONE, box])
        cursor.execute(insert, [uuid7(), ONE, None])


@pytest.mark.parametrize("role", ["app", "engine"])
@pytest.mark.parametrize("change", ["update t_note set id = id", "delete from t_note", "truncate t_note"])
def test_append_only_rows_stay(tables, app_dsn, engine_dsn, role, change):
    with psycopg.connect({"app": app_dsn, "engine": engine_dsn}[role]) as connected:
        connected.execute("select set_config('postroom.workspace_id', %s, true)", [str(ONE)])
        connected.execute("insert into t_note values (%s, %s)", [uuid7(), ONE])
        assert connected.execute("select count(*) from t_note").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connected.execute(change.encode())


def test_the_database_keeps_both_moments(tables):
    for table in ("box", "person"):
        values = "(id, workspace_id) values (%s, %s)" if table == "box" else "(id) values (%s)"
        tables.owner.execute(f"insert into t_{table} {values}".encode(), [uuid7(), ONE][: values.count("%s")])
        before = tables.owner.execute(f"select created_at, updated_at from t_{table}".encode()).fetchone()
        tables.owner.execute(f"update t_{table} set created_at = 'epoch', updated_at = 'epoch'".encode())
        after = tables.owner.execute(f"select created_at, updated_at from t_{table}".encode()).fetchone()
        assert after[0] == before[0]
        assert after[1] > before[1]


def test_operations_can_be_taken_back(tables):
    tables.take_back()
    found = tables.owner.execute("select count(*) from pg_policies where tablename like 't\\_%'").fetchone()
    assert found == (0,)


def test_the_app_may_not_alter_or_drop(tables, app_dsn):
    with psycopg.connect(app_dsn, autocommit=True) as app:
        for attempt in (
            "alter table t_box disable row level security",
            "drop table t_box",
            "create table t_mine (a int)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(attempt.encode())


def test_a_scope_tells_the_database_who_acts_and_forgets_it(db):
    with scope(workspace_id=ONE, user_id=USER, actor={"kind": "person", "id": USER, "why": "ü"}):
        workspace, actor, user = _settings()
        assert (workspace, user) == (str(ONE), str(USER))
        assert json.loads(actor) == {"kind": "person", "id": str(USER), "why": "ü"}
    assert _settings() == ("", "", "")


def test_the_same_scope_again_costs_no_query(db, django_assert_num_queries):
    with scope(workspace_id=ONE), django_assert_num_queries(0), scope(workspace_id=ONE):
        pass


def test_another_actor_inside_is_put_back(db):
    outer = {"kind": "person"}
    with scope(workspace_id=ONE, actor=outer):
        with scope(workspace_id=ONE, actor={"kind": "system"}):
            assert json.loads(_settings()[1]) == {"kind": "system"}
        assert json.loads(_settings()[1]) == outer
        with pytest.raises(KeyError), scope(workspace_id=ONE, actor={"kind": "system"}):
            raise KeyError
        assert json.loads(_settings()[1]) == outer


def test_another_workspace_inside_is_an_error(db):
    with scope(workspace_id=ONE):
        for other in (TWO, None):
            with pytest.raises(ScopeError), scope(workspace_id=other):
                pass
        assert _settings()[0] == str(ONE)


def test_a_scope_inside_a_foreign_transaction_leaves_nothing_set(db):
    with transaction.atomic():
        with scope(workspace_id=ONE):
            pass
        assert _settings()[0] == ""


def test_an_error_rolls_back_what_the_scope_did(tables):
    def add_and_fail() -> None:
        with scope(workspace_id=ONE):
            _add_box(ONE)
            raise KeyError

    with pytest.raises(KeyError):
        add_and_fail()
    with scope(workspace_id=ONE):
        assert _boxes() == set()
