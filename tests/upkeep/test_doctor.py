import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace

import psycopg
import pytest
from psycopg import sql

from postroom.kit.ids import uuid7
from postroom.kit.secrets import Ring, make_key, write_ring
from postroom.upkeep import database_checks, machine
from postroom.upkeep.database_checks import look_at_database, look_at_migrations, pending_migrations
from postroom.upkeep.findings import Finding, Health
from postroom.upkeep.key_checks import look_at_keys

Addresses = dict[str, str]


@pytest.fixture
def addresses(owner_dsn: str, app_dsn: str, engine_dsn: str) -> Addresses:
    return {"owner": owner_dsn, "app": app_dsn, "engine": engine_dsn}


@pytest.fixture
def owner(owner_dsn: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(owner_dsn, autocommit=True) as connection:
        yield connection


def _find(findings: Iterator[Finding], what: str) -> Finding:
    return next(finding for finding in findings if finding.what == what)


def test_a_sound_database_has_nothing_bad(addresses):
    found = list(look_at_database(**addresses))
    assert [finding for finding in found if finding.health is Health.BAD] == []
    assert look_at_migrations(pending_migrations).health is Health.GOOD


def test_every_bad_finding_says_what_to_do(tmp_path, addresses):
    nowhere = "postgresql://nobody@127.0.0.1:1/none"
    found = [*machine.look_at_machine(tmp_path / "missing"), *look_at_database(owner=nowhere, app="", engine="")]
    bad = [finding for finding in found if finding.health is Health.BAD]
    assert {finding.what for finding in bad} == {"Data folder", "Database"}
    assert all(finding.remedy for finding in bad)


def test_keys_that_others_can_read_are_found(tmp_path):
    (tmp_path / "secret.key").write_text("x")
    (tmp_path / "secret.key").chmod(0o644)
    found = _find(machine.look_at_machine(tmp_path), "Keys")
    assert (found.health, found.remedy) == (Health.BAD, f"chmod 600 {tmp_path / 'secret.key'}")


def test_little_room_on_the_disk_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=100, used=99, free=1))
    assert _find(machine.look_at_machine(tmp_path), "Disk").health is Health.WARNING


def test_a_table_without_walls_is_found(addresses, owner):
    owner.execute("create table bare (workspace_id uuid)")
    try:
        found = _find(look_at_database(**addresses), "Row-level security")
    finally:
        owner.execute("drop table bare")
    assert found.health is Health.BAD
    assert "bare" in found.words


def test_a_role_that_walls_dont_hold_is_found(addresses, owner_dsn):
    mighty = {**addresses, "app": owner_dsn}
    assert _find(look_at_database(**mighty), "Roles").health is Health.BAD


def test_a_wrong_password_is_found(addresses):
    wrong = addresses["engine"].replace("postroom_engine:", "postroom_engine:x")
    found = _find(look_at_database(**{**addresses, "engine": wrong}), "Role: engine")
    assert found.health is Health.BAD


def test_a_worker_is_seen_while_it_is_connected(addresses, engine_dsn, owner):
    # Whatever an earlier test left connected as the engine is sent away first.
    left = "from pg_stat_activity where usename = 'postroom_engine' and datname = current_database()"
    owner.execute(f"select pg_terminate_backend(pid, 5000) {left}")
    assert _find(look_at_database(**addresses), "Worker").health is Health.WARNING
    with psycopg.connect(engine_dsn):
        assert _find(look_at_database(**addresses), "Worker").health is Health.GOOD


def test_clocks_that_differ_are_found(addresses, monkeypatch):
    monkeypatch.setattr(database_checks, "_SKEW", -1.0)
    assert _find(look_at_database(**addresses), "Clocks").health is Health.WARNING


def test_an_empty_database_is_found(addresses, owner):
    owner.execute("create database hollow template template0")
    try:
        empty = psycopg.conninfo.make_conninfo(addresses["owner"], dbname="hollow")
        assert _find(look_at_database(**{**addresses, "owner": empty}), "Migrations").remedy == "postroom migrate"
    finally:
        owner.execute("drop database hollow with (force)")


def test_waiting_migrations_are_named():
    found = look_at_migrations(lambda: ["posts.0002_more"])
    assert (found.health, found.remedy) == (Health.BAD, "postroom migrate")
    assert "posts.0002_more" in found.words


def _seal_a_channel(owner: psycopg.Connection, key: str) -> None:
    """A row as if sealed under a key; nothing else about it matters here."""
    owner.execute("set session_replication_role = replica")
    columns = owner.execute(
        "select column_name, data_type from information_schema.columns where table_name = 'channels_credential'"
        " and is_nullable = 'NO' and column_default is null"
    ).fetchall()
    made = {"uuid": uuid7(), "bytea": b"x", "integer": 0, "bigint": 0, "boolean": False, "jsonb": "{}"}
    values = {name: made.get(kind, datetime.now(tz=UTC) if kind.startswith("time") else "") for name, kind in columns}
    names = sql.SQL(", ").join(map(sql.Identifier, values))
    places = sql.SQL(", ").join([sql.Placeholder()] * len(values))
    owner.execute(
        sql.SQL("insert into channels_credential ({}) values ({})").format(names, places),
        list({**values, "key_id": key}.values()),
    )


def test_a_lost_key_is_found(owner, owner_dsn, tmp_path):
    keys = tmp_path / "keys.json"
    assert look_at_keys(keys, given="", owner=owner_dsn).health is Health.GOOD
    ring = Ring((make_key(datetime.now(tz=UTC)),))
    write_ring(keys, ring, replace=False)
    _seal_a_channel(owner, ring.keys[0].id)
    assert look_at_keys(keys, given="", owner=owner_dsn).health is Health.GOOD
    keys.unlink()
    found = look_at_keys(keys, given="", owner=owner_dsn)
    assert found.health is Health.BAD
    assert "1 channel(s)" in found.words
    assert look_at_keys(keys, given="nonsense", owner=owner_dsn).health is Health.BAD
