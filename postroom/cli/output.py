"""How commands speak: tables for people, `--json` for programs, errors in plain words on stderr.

How a command is added: write postroom/cli/<name>.py with a typer app, and a line for it in root.COMMANDS.

    app = commands("Brands.")

    @app.command("list")
    def list_(*, as_json: Json = False) -> None:
        start()                                     # Django, as the app role; before any import of a room
        from postroom.brands import queries         # rooms are imported in the function, so that --help is quick
        show_rows(queries.list_brands(actor=...), {"name": "Brand", "status": "Status"}, as_json=as_json)

A file with `app = command()` and one function under `@app.command()` is `postroom <name>` itself.
Errors: let a room's errors out as they are (NotFound, NotAllowed, BadInput and their kin carry `message`), or raise
`Problem("words")`. Times are shown in the zone that `zone` gives for a row (see zones.py), with its short name; in JSON
they stay UTC. Exit codes: 0 done, 1 it can't be done, 2 wrongly called, 3 database or server not reachable.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, tzinfo
from typing import Annotated, Any, NoReturn

import orjson
import typer

from postroom.config.env import Role, choose_role, environment

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


Zone = Callable[[object], tzinfo]
"""Gives the zone in which a row's times are shown."""


class Problem(Exception):
    """Something can't be done; the message says in plain words what and, if anything can be done about it, what."""

    exit_code = 1


class WronglyCalled(Problem):
    """The command's own words make no sense together."""

    exit_code = 2


class NotReachable(Problem):
    """A server or the database doesn't answer."""

    exit_code = 3


def commands(about: str) -> typer.Typer:
    """An app for several commands: `postroom brand list`, `postroom brand create`, …."""
    app = typer.Typer(help=about, no_args_is_help=True, add_completion=False)
    app.callback()(lambda: None)  # keeps the command's name even while there is only one
    return app


def command() -> typer.Typer:
    """An app for a single command, such as `postroom migrate`."""
    return typer.Typer(add_completion=False)


def start(role: Role = "app") -> None:
    """Set Django up in a role; before the first import of a room. NotReachable when there is no database yet."""
    import django

    demand_database()
    choose_role(role)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postroom.config.settings")
    django.setup()


def demand_database() -> None:
    """NotReachable when the embedded database was never started, and no other one is named."""
    here = environment()
    if here.is_embedded and not (here.data / "database.url").exists():
        raise NotReachable(f"There is no database in {here.data} yet. Start Postroom with: postroom up")


def become(module: str, *words: str) -> NoReturn:
    """Go on as another program of Postroom's, without what the command line has loaded by now."""
    os.execv(sys.executable, [sys.executable, "-m", module, *words])  # noqa: S606 - ourselves, no shell


def say(words: str) -> None:
    """A line for people, on stderr, so that stdout holds only what was asked for."""
    print(words, file=sys.stderr, flush=True)  # noqa: T201 - this is where the command line speaks


def show_json(value: object) -> None:
    """Print a value as JSON; ids, times and dataclasses become text and objects."""
    sys.stdout.buffer.write(orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    sys.stdout.flush()


def show_rows(
    rows: Sequence[object],
    columns: Mapping[str, str],
    *,
    as_json: bool,
    empty: str = "Nothing here.",
    zone: Zone = lambda _: UTC,
) -> None:
    """Print rows (mappings, dataclasses, objects) as a table of `columns` (attribute → heading), or as JSON."""
    if as_json:
        show_json([_as_mapping(row, columns) for row in rows])
        return
    if not rows:
        say(empty)
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns.values(), box=None, header_style="bold", pad_edge=False)
    for row in rows:
        found = _as_mapping(row, columns)
        table.add_row(*(_as_text(found.get(name), row, zone) for name in columns))
    Console(width=None if sys.stdout.isatty() else 200, highlight=False).print(table)


def show_one(thing: object, labels: Mapping[str, str], *, as_json: bool, zone: Zone = lambda _: UTC) -> None:
    """Print one thing's attributes below each other, or as one JSON object."""
    found = _as_mapping(thing, labels)
    if as_json:
        show_json(found)
        return
    width = max((len(label) for label in labels.values()), default=0)
    for name, label in labels.items():
        print(f"{label.ljust(width)}  {_as_text(found.get(name), thing, zone)}")  # noqa: T201 - this is where the command line speaks


@contextmanager
def progress(words: str, total: int | None = None) -> Iterator[Any]:
    """A progress bar on stderr when that is a terminal; gives a function that takes how much more is done."""
    from rich.console import Console
    from rich.progress import Progress

    bar: Progress
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(words, total=total)
        yield lambda more: bar.advance(task, more)


def in_words(problem: Exception) -> tuple[str | None, int]:
    """An error as a sentence with its exit code; no sentence for one that is a bug and deserves its traceback."""
    if isinstance(problem, Problem):
        return str(problem), problem.exit_code
    import psycopg
    from django.db import OperationalError
    from psycopg_pool import PoolTimeout

    if isinstance(problem, OperationalError | psycopg.OperationalError | PoolTimeout):
        reason = (str(problem).strip().splitlines() or ["no reason given"])[0]
        return f"The database can't be reached ({reason}). Is Postroom running (postroom up)?", 3
    message = getattr(problem, "message", None)  # the rooms' errors
    return (message, 1) if isinstance(message, str) and hasattr(problem, "code") else (None, 1)


def moment(text: str | None) -> datetime | None:
    """Read a time as rows of JSON from the database have it."""
    return datetime.fromisoformat(text) if text else None


def _as_mapping(thing: object, names: Mapping[str, str]) -> Mapping[str, Any]:
    if isinstance(thing, Mapping):
        return thing
    if is_dataclass(thing):
        return {field.name: getattr(thing, field.name) for field in fields(thing)}
    return {name: getattr(thing, name) for name in names}


def _as_text(value: object, row: object, zone: Zone) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, datetime):
        return f"{value.astimezone(zone(row)):%Y-%m-%d %H:%M:%S %Z}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(map(str, value)) or "–"
    return str(value)
