"""`postroom up`: the parts start in order, are started again when they die, and end with the whole."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from postroom.database.cluster import sockets_in
from tests.make.server import ROOT, environment

Up = Callable[..., "Running"]


class Running:
    """One `postroom up`, and what it says."""

    def __init__(self, data: Path, port: int, **variables: str) -> None:
        self.data = data
        self.port = port
        settings = {"POSTROOM_DATA": str(data), "POSTROOM_PORT": str(port), "POSTROOM_WORKER": "off", **variables}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "postroom.cli", "up"],
            cwd=ROOT,
            env=environment(os.environ, **settings),
            stderr=subprocess.PIPE,
            text=True,
        )

    def hear(self, words: str) -> str:
        """Wait until it says something with these words in it."""
        heard = []
        for line in self.process.stderr:
            heard.append(line)
            if words in line:
                return line
        pytest.fail(f"never said “{words}”:\n{''.join(heard)}")

    def parts(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def part(self, *words: str) -> psutil.Process:
        """The direct child whose command holds the words."""
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if all(word in child.cmdline() for word in words))

    def postgres(self) -> psutil.Process:
        """The server; its own children come and go."""
        return psutil.Process(int((self.data / "postgres" / "postmaster.pid").read_text().splitlines()[0]))


@pytest.fixture(scope="module")
def migrated() -> Iterator[Path]:
    """A data folder whose database is up to date and stopped."""
    made = Path(tempfile.mkdtemp(prefix="postroom-migrated-"))
    variables = environment(os.environ, POSTROOM_DATA=str(made))
    subprocess.run([sys.executable, "-m", "postroom.cli", "migrate"], cwd=ROOT, env=variables, check=True)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def data(migrated: Path) -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="postroom-up-"))
    subprocess.run(["cp", "-a", f"{migrated}/.", str(made)], check=True)
    yield made
    if left := sockets_in(made / "database.url"):
        shutil.rmtree(left, ignore_errors=True)
    shutil.rmtree(made)


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def up(data: Path, port: int) -> Iterator[Up]:
    """Start `postroom up` on this test's data folder; whatever still runs afterwards is ended."""
    running: list[Running] = []

    def start(**variables: str) -> Running:
        running.append(Running(data, port, **variables))
        return running[-1]

    yield start
    for one in running:
        if one.process.poll() is None:
            one.process.terminate()
            one.process.wait(60)
        one.process.stderr.close()


def _wait_for_end(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=60)
    assert alive == []


def test_on_a_new_folder_the_database_is_made(up, data):
    shutil.rmtree(data)
    one = up()
    one.hear("making the database")
    one.hear("ready")
    assert (data / "secret.key").stat().st_mode & 0o777 == 0o600


def test_it_starts_answers_and_ends_with_everything(up, data, port):
    one = up()
    assert f"http://localhost:{port}" in one.hear("ready")
    socket.create_connection(("127.0.0.1", port)).close()
    with psycopg.connect((data / "database.url").read_text()) as connection:
        assert connection.execute("select count(*) > 20 from django_migrations").fetchone() == (True,)
    parts = one.parts()
    assert one.postgres() in parts
    one.process.terminate()
    assert one.process.wait(60) == 0
    _wait_for_end(parts)


def test_with_worker_and_sandbox_the_doctor_is_content(up, data, port):
    beside = str(port + 1 if port < 65535 else port - 1)
    one = up(POSTROOM_WORKER="on", POSTROOM_SANDBOX="on", POSTROOM_SANDBOX_PORT=beside)
    one.hear("working")
    looked = subprocess.run(
        [sys.executable, "-m", "postroom.cli", "doctor"],
        cwd=ROOT,
        env=environment(os.environ, POSTROOM_DATA=str(data)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert looked.returncode == 0, looked.stdout
    assert "✓ Worker: connected" in looked.stdout
    parts = one.parts()
    one.process.terminate()
    assert one.process.wait(60) == 0
    _wait_for_end(parts)


def test_what_dies_is_started_again_and_said_so(up):
    one = up()
    one.hear("ready")
    web = one.part("postroom.config.serving")
    web.kill()
    one.hear("the web server was ended by SIGKILL")
    one.postgres().kill()
    one.hear("PostgreSQL ended; starting it again")


def test_everything_ends_when_the_supervisor_is_killed(up):
    one = up()
    one.hear("ready")
    parts = one.parts()
    assert len(parts) >= 3
    one.process.kill()
    one.process.wait()
    _wait_for_end(parts)


def test_a_second_one_on_the_same_folder_is_refused(up, data, port):
    up().hear("ready")
    second = Running(data, port + 1 if port < 65535 else port - 1)
    assert "already run by process" in second.hear("already run by process")
    assert second.process.wait(60) == 1
    second.process.stderr.close()


def test_a_port_in_use_is_told_in_words(up, port):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", port))
        holder.listen()
        one = up()
        one.hear("POSTROOM_PORT")
        assert one.process.wait(60) == 1


def test_a_database_that_isnt_there_is_told_in_words(up):
    one = up(POSTROOM_DATABASE_URL="postgresql://me:pw@127.0.0.1:1/none")
    one.hear("the database can't be used")
    assert one.process.wait(60) == 1
