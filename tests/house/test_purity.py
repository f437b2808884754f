"""Rooms are told the time, adapters know nothing but line and draft, and a file of SQL begins with its question."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.source import PACKAGE, Source, exceptions, plant, rooms, sources

CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "localtime", "localdate"}
CLOCK_OWNERS = {"datetime", "date", "timezone", "time", "clock"}
NOT_FOR_ADAPTERS = {
    "django",
    "logging",
    "structlog",
    "time",
    "os",
    "pathlib",
    "psycopg",
    "aiohttp",
    "requests",
    "httpx",
}
FLOORS_BELOW = {"networks", "kit"}


def clocks_read(source: Source) -> Iterator[int]:
    """Where a file asks a clock it imported instead of being told: what it does then can't be tried at another time."""
    imported = {
        alias.asname or alias.name
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if alias.name.rpartition(".")[2].lstrip("_") in CLOCK_OWNERS
    }
    for node in ast.walk(source.tree):
        match node:
            case ast.ImportFrom(module="postroom.kit.clock" | "django.utils.timezone", names=names):
                if CLOCKS & {alias.name for alias in names}:
                    yield node.lineno
            case (
                ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name))
                | ast.Call(func=ast.Attribute(value=ast.Attribute(value=ast.Name(id=owner)), attr=name))
            ):
                if owner in imported and name in CLOCKS:
                    yield node.lineno


def is_called_by_the_queue(source: Source) -> bool:
    """A room's jobs.py starts with nobody above it who could say what time it is; it hands the time on."""
    return source.name.endswith("/jobs.py")


def worldly(source: Source) -> Iterator[int]:
    """Where an adapter reaches for settings, files, loggers or its own connection, waits, or imports a higher floor."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Import(names=names):
                modules = [name.name for name in names]
            case ast.ImportFrom(module=str() as module, level=0):
                modules = [module]
            case ast.Call(func=ast.Attribute(attr="sleep") | ast.Name(id="open" | "sleep" | "print")):
                yield node.lineno
                continue
            case _:
                continue
        if any(is_foreign(module) for module in modules):
            yield node.lineno


def is_foreign(module: str) -> bool:
    top, *rest = module.split(".")
    return top in NOT_FOR_ADAPTERS or (top == "postroom" and bool(rest) and rest[0] not in FLOORS_BELOW)


def adapters(package: Path, root: Path) -> list[Source]:
    """The files of each network's own folder; a server that one brings along lies deeper."""
    depth = len((package / "networks").relative_to(root).parts)
    found = sources(package / "networks", root=root)
    return [source for source in found if len(Path(source.name).parts) == depth + 2]


def unasked(package: Path) -> list[str]:
    """SQL files whose first line isn't a question or statement in words."""
    files = [path for path in package.rglob("*.sql") if "sql" in path.parts]
    return [path.name for path in files if len(path.read_text().partition("\n")[0].removeprefix("-- ").split()) < 3]


def test_rooms_are_told_the_time() -> None:
    told = [source for source in sources(*map(PACKAGE.joinpath, rooms())) if not is_called_by_the_queue(source)]
    found = [f"{source.name}:{line}" for source in told for line in clocks_read(source)]
    allowed = exceptions("clocks")
    assert [place for place in found if place.partition(":")[0] not in allowed] == []
    assert sorted(set(allowed) - {place.partition(":")[0] for place in found}) == [], (
        "exceptions nothing needs any more"
    )


def test_adapters_know_nothing_but_line_and_draft() -> None:
    found = adapters(PACKAGE, PACKAGE.parent)
    assert found, "no adapter was found at all"
    assert [f"{source.name}:{line}" for source in found for line in (*worldly(source), *clocks_read(source))] == []


def test_a_clock_that_is_handed_in_is_fine(tmp_path: Path) -> None:
    (source,) = plant(tmp_path, {"posts/planning.py": "def due(self, clock): return self.clock.now(), clock.now()"})
    assert list(clocks_read(source)) == []


def test_sql_begins_with_its_question() -> None:
    assert unasked(PACKAGE) == []


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import datetime; x = datetime.now(UTC)",
        "from django.utils import timezone; x = timezone.now()",
        "import time; x = time.time()",
        "import datetime as dt; x = dt.datetime.now()",
        "from postroom.kit import clock as wall; x = wall.now()",
        "from postroom.kit.clock import now",
    ],
)
def test_a_clock_is_seen(tmp_path: Path, code: str) -> None:
    (source,) = plant(tmp_path, {"posts/planning.py": code})
    assert list(clocks_read(source)) == [1]


@pytest.mark.parametrize(
    "code",
    [
        "import structlog",
        "from django.conf import settings",
        "import aiohttp",
        "await asyncio.sleep(1)",
        "open('token')",
        "from postroom.channels import queries",
    ],
)
def test_a_worldly_adapter_is_seen(tmp_path: Path, code: str) -> None:
    plant(tmp_path, {"postroom/networks/toy/steps.py": code, "postroom/networks/toy/server/app.py": code})
    (source,) = adapters(tmp_path / "postroom", tmp_path)
    assert list(worldly(source)) == [1]


def test_an_unasked_file_is_seen(tmp_path: Path) -> None:
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql/claim.sql").write_text("select 1\n")
    (tmp_path / "sql/due.sql").write_text("-- Which publications are due?\nselect 1\n")
    assert unasked(tmp_path) == ["claim.sql"]
