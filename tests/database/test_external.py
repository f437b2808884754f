"""Any PostgreSQL server: what `postroom migrate` makes there as an owner who is no superuser."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from postroom.config import env, folder
from tests.make.server import ROOT, environment

# Roles and their databases belong to the whole server, which two pytest workers share
pytestmark = pytest.mark.xdist_group("outside")

NAMES = ("outside", "outside_app", "outside_engine")


def _url(server: str, user: str, database: str = "outside") -> str:
    parts = urlsplit(server)
    return urlunsplit(parts._replace(netloc=f"{user}:pw@", path=f"/{database}"))


@pytest.fixture
def outside(owner_dsn: str) -> Iterator[psycopg.Connection]:
    """A server's administrator, on a server with an empty database "outside" and a user of that name who owns it."""
    with psycopg.connect(owner_dsn, autocommit=True) as admin:

        def clear() -> None:
            admin.execute("drop database if exists outside with (force)")
            for name in NAMES:
                admin.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(name)))

        clear()
        admin.execute("create role outside login password 'pw'")
        admin.execute("create database outside owner outside template template0")
        yield admin
        clear()


def _migrate(data: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "postroom.config.migrating"],
        cwd=ROOT,
        env=environment(os.environ, POSTROOM_DATA=str(data), POSTROOM_DATABASE_ROLE_PREFIX="outside", **variables),
        capture_output=True,
        text=True,
        check=False,
    )


def _demand_three_roles(here: env.Environment) -> None:
    for role in ("app", "engine"):
        with psycopg.connect(folder.address(here, role), autocommit=True) as connected:
            facts = connected.execute(
                "select rolname, rolsuper, rolcreaterole, rolbypassrls from pg_roles where rolname = current_user"
            ).fetchone()
            assert facts == (f"outside_{role}", False, False, False)
            assert connected.execute("select count(*) from workspaces_workspace").fetchone() == (0,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connected.execute("delete from django_migrations")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connected.execute("update events_activitylog set why = ''")


def test_an_owner_who_may_create_roles_is_enough(outside, owner_dsn, tmp_path):
    outside.execute("alter role outside createrole")
    url = _url(owner_dsn, "outside")
    for _ in range(2):  # repeating it changes nothing
        done = _migrate(tmp_path, POSTROOM_DATABASE_URL=url)
        assert done.returncode == 0, done.stderr
    secret = environment({})["POSTROOM_SECRET_KEY"]
    _demand_three_roles(env.Environment(database_url=url, database_role_prefix="outside", secret_key=secret))


def test_roles_an_administrator_made_are_taken(outside, owner_dsn, tmp_path):
    for role in ("app", "engine"):
        outside.execute(f"create role outside_{role} login password 'pw'".encode())
    urls = {
        "database_url": _url(owner_dsn, "outside"),
        "database_app_url": _url(owner_dsn, "outside_app"),
        "database_engine_url": _url(owner_dsn, "outside_engine"),
    }
    done = _migrate(tmp_path, **{f"POSTROOM_{name.upper()}": url for name, url in urls.items()})
    assert done.returncode == 0, done.stderr
    _demand_three_roles(env.read({f"POSTROOM_{name.upper()}": url for name, url in urls.items()}))


def test_an_owner_who_may_not_create_roles_is_told_what_to_do(outside, owner_dsn, tmp_path):
    done = _migrate(tmp_path, POSTROOM_DATABASE_URL=_url(owner_dsn, "outside"))
    assert done.returncode == 1
    assert "POSTROOM_DATABASE_APP_URL" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_that_isnt_there_is_told_in_words(tmp_path):
    done = _migrate(tmp_path, POSTROOM_DATABASE_URL="postgresql://me:pw@127.0.0.1:1/none")
    assert done.returncode == 1
    assert "can't be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_database_is_made_if_the_owner_may(outside, owner_dsn, tmp_path):
    outside.execute("drop database outside")
    outside.execute("alter role outside createrole createdb")
    done = _migrate(tmp_path, POSTROOM_DATABASE_URL=_url(owner_dsn, "outside"))
    assert done.returncode == 0, done.stderr


def test_two_at_once_dont_trip_over_each_other(outside, owner_dsn, tmp_path):
    outside.execute("alter role outside createrole")
    url = _url(owner_dsn, "outside")
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: _migrate(tmp_path, POSTROOM_DATABASE_URL=url), range(2)))
    assert [done.returncode for done in both] == [0, 0], both


def test_an_owner_who_may_not_make_a_missing_database_is_told(outside, owner_dsn, tmp_path):
    outside.execute("drop database outside")
    done = _migrate(tmp_path, POSTROOM_DATABASE_URL=_url(owner_dsn, "outside"))
    assert done.returncode == 1
    assert "CREATEDB" in done.stderr
