import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from postroom.database.cluster import reachable, sockets_in
from postroom.database.embedded import DatabaseInUse, DatabaseProblem, Embedded
from postroom.database.nobody import account
from tests.make.server import ROOT, binaries

OWNER = """
import signal, sys
from pathlib import Path
from postroom.database.embedded import Embedded
server = Embedded(Path(sys.argv[1]), programs=Path(sys.argv[2]))
server.start()
print(server.child.pid, flush=True)
signal.pause()
"""


@pytest.fixture
def programs(postgres_kind: str) -> Path:
    return binaries(postgres_kind)


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder that `nobody` can get at, unlike pytest's own."""
    made = Path(tempfile.mkdtemp(prefix="postroom-embedded-"))
    made.chmod(0o711)
    yield made
    if left := sockets_in(made / "database.url"):
        shutil.rmtree(left, ignore_errors=True)
    shutil.rmtree(made)


@pytest.fixture
def server(data: Path, programs: Path) -> Iterator[Embedded]:
    made = Embedded(data, programs=programs)
    yield made
    made.stop()


@pytest.fixture
def owned(data: Path, programs: Path) -> Iterator[Callable[[], tuple[subprocess.Popen[str], int]]]:
    """Start the database under an owner of its own: gives the owner and PostgreSQL's process number."""
    owners = []

    def start() -> tuple[subprocess.Popen[str], int]:
        command = [sys.executable, "-c", OWNER, str(data), str(programs)]
        owner = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        owners.append(owner)
        return owner, int(owner.stdout.readline())

    yield start
    for owner in owners:
        owner.kill()
        owner.wait()
        owner.stdout.close()
    _wait_for_end_of(data)


def _wait_for_end_of(data: Path) -> None:
    """Wait until a killed owner's PostgreSQL has noticed."""
    pid_file = data / "postgres" / "postmaster.pid"
    deadline = time.monotonic() + 30
    while pid_file.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not pid_file.exists()


def _connect(data: Path) -> psycopg.Connection:
    url = (data / "database.url").read_text().replace("/postroom?", "/postgres?")
    return psycopg.connect(url, autocommit=True)


def _write(data: Path) -> None:
    with _connect(data) as connection:
        connection.execute("create table kept (n int)")
        connection.execute("insert into kept select generate_series(1, 1000)")


def _kept(data: Path) -> int:
    with _connect(data) as connection:
        return connection.execute("select count(*) from kept").fetchone()[0]


def test_what_was_committed_outlives_a_killed_owner(data, owned):
    owner, _ = owned()
    _write(data)
    owner.kill()
    owned()  # at once, while the old server may still be ending
    assert _kept(data) == 1000


def test_postgres_ends_when_its_owner_is_killed(data, owned):
    owner, postgres = owned()
    held = os.pidfd_open(postgres)
    owner.kill()
    assert select.select([held], [], [], 30)[0]
    os.close(held)


def test_what_was_committed_outlives_a_killed_postgres(data, server):
    server.start()
    _write(data)
    os.kill(server.child.pid, signal.SIGKILL)
    server.child.wait()
    assert server.has_died
    server.start()
    assert not server.has_died
    assert _kept(data) == 1000


def test_a_second_owner_is_refused_in_words(data, owned, programs):
    owner, _ = owned()
    with pytest.raises(DatabaseInUse, match=rf"already run by process {owner.pid}"):
        Embedded(data, programs=programs).start()
    _write(data)


def test_it_can_be_stopped_and_started_again(data, server):
    server.start()
    _write(data)
    sockets = server._sockets
    server.stop()
    assert not sockets.exists()
    server.start()
    assert _kept(data) == 1000


def test_a_half_made_database_is_made_anew(data, server):
    (data / "postgres.new").mkdir()
    (data / "postgres.new" / "PG_VERSION").write_text("18")
    server.start()
    _write(data)


def test_only_its_owner_gets_in(data, server):
    server.start()
    for name in ("database.url", "database.password", "database.lock"):
        assert (data / name).stat().st_mode & 0o777 == 0o600
    url = (data / "database.url").read_text()
    password = (data / "database.password").read_text()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(password, "guessed").replace("/postroom?", "/postgres?"))
    with _connect(data) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)
        assert connection.execute("show data_checksums").fetchone() == ("on",)


def test_files_of_another_version_are_refused_in_words(data, server):
    server.start()
    server.stop()
    (data / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(DatabaseProblem, match="made by PostgreSQL 9"):
        server.start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands PostgreSQL over to another account")
def test_a_folder_nobody_can_reach_is_refused_in_words(data, programs):
    closed = data / "closed"
    inside = closed / "data"
    inside.mkdir(parents=True)
    closed.chmod(0o700)
    with pytest.raises(DatabaseProblem, match=r"can't pass through .*/closed \(mode 700\)"):
        Embedded(inside, programs=programs).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands PostgreSQL over to another account")
def test_programs_nobody_can_reach_are_copied(data, programs):
    closed = data / "closed"
    shutil.copytree(programs.parent, closed / "programs", symlinks=True)
    closed.chmod(0o700)
    who = account()
    assert who
    found = reachable(closed / "programs" / "bin", who, copies=data)
    assert found.parent.parent == data
    assert (found / "postgres").exists()
