"""A Postroom of the bench's own: a new data folder, the embedded PostgreSQL as users have it, and child processes."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from postroom.database.embedded import Embedded

ROOT = Path(__file__).parents[1]
SENDER, REST = 0, 1
"""The sender has a core of its own; the fake server and PostgreSQL share the other."""


class House:
    """A running database, migrated, and processes beside it."""

    def __init__(self, data: Path, database: Embedded) -> None:
        self.data, self.database = data, database
        self.owner_url = database.address_file.read_text()

    def environment(self, **more: str) -> dict[str, str]:
        """What a child process gets."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("POSTROOM_", "DJANGO_"))}
        own = {"POSTROOM_DATA": str(self.data), "DJANGO_SETTINGS_MODULE": "postroom.config.settings"}
        return clean | own | more

    def owner(self) -> psycopg.Connection[Any]:
        """A connection past row-level security."""
        return psycopg.connect(self.owner_url, autocommit=True)

    @contextmanager
    def process(self, *arguments: str, **variables: str) -> Iterator["subprocess.Popen[str]"]:
        """Run `python -m …` beside us; its standard input ends when the block does."""
        child = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=self.environment(**variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            yield child
        finally:
            assert child.stdin
            child.stdin.close()
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def line(child: "subprocess.Popen[str]") -> str:
    """The next line a child prints."""
    assert child.stdout
    found = child.stdout.readline().strip()
    if not found:
        raise RuntimeError("a process of the bench ended before its time")
    return found


@contextmanager
def open_house() -> Iterator[House]:
    """Make all of it, and take it away afterwards."""
    data = Path(tempfile.mkdtemp(prefix="postroom-bench-"))
    data.chmod(0o711)
    database = Embedded(data)
    try:
        database.start()
        os.sched_setaffinity(0, {REST})
        for process in family(database):
            os.sched_setaffinity(process, {REST})
        house = House(data, database)
        subprocess.run(
            [sys.executable, "-c", "from postroom.config.migrating import migrate; migrate(say=lambda line: None)"],
            check=True,
            cwd=ROOT,
            env=house.environment(),
        )
        yield house
    finally:
        database.stop()
        shutil.rmtree(data, ignore_errors=True)


def family(database: Embedded) -> list[int]:
    """The processes of PostgreSQL."""
    assert database.child
    top = database.child.pid
    children = Path(f"/proc/{top}/task/{top}/children").read_text().split()
    return [top, *map(int, children)]
