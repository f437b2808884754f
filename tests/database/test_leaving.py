"""Leaving the embedded database for a server of one's own, also an older one: a plain dump, read back."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from postroom.config import env, folder
from postroom.database.embedded import Embedded
from tests.make.server import ROOT, SECRET, environment


def _migrate(data: Path, **variables: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "postroom.config.migrating"],
        cwd=ROOT,
        env=environment(os.environ, POSTROOM_DATA=str(data), POSTROOM_DATABASE_ROLE_PREFIX="leaving", **variables),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def data():
    made = Path(tempfile.mkdtemp(prefix="postroom-leaving-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def target(owner_dsn: str):
    """An empty database on the run's server, with the two roles docs/running.md asks for."""
    url = urlunsplit(urlsplit(owner_dsn)._replace(path="/leaving"))
    with psycopg.connect(owner_dsn, autocommit=True) as admin:
        admin.execute("drop database if exists leaving with (force)")
        admin.execute("create database leaving template template0")
        for role in ("app", "engine"):
            admin.execute(f"drop role if exists leaving_{role}".encode())
            admin.execute(f"create role leaving_{role}".encode())
        yield url
        admin.execute("drop database leaving with (force)")
        for role in ("app", "engine"):
            admin.execute(f"drop role leaving_{role}".encode())


def test_a_plain_dump_is_read_by_another_server(data, target):
    server = Embedded(data, owner="leaving_owner")
    server.start()
    try:
        _migrate(data)
        source = server.address_file.read_text()
        with psycopg.connect(source, autocommit=True) as connection:
            connection.execute("create table marked as select 'kept' as word")
        command = [str(server.programs / "pg_dump"), "--no-owner", "--no-privileges", source]
        dump = subprocess.run(command, capture_output=True, check=True).stdout
    finally:
        server.stop()
    psql = shutil.which("psql") or str(server.programs / "psql")
    subprocess.run([psql, "-q", target], input=dump, capture_output=True, check=True)
    _migrate(data, POSTROOM_DATABASE_URL=target)
    here = env.Environment(
        data=data,
        database_url=target,
        database_role_prefix="leaving",
        secret_key=SECRET,
    )
    with psycopg.connect(folder.address(here, "engine")) as engine:
        assert engine.execute("select word from marked").fetchall() == [("kept",)]
        assert engine.execute("select count(*) from workspaces_workspace").fetchone() == (0,)
