"""What every command shares: help, errors in words, exit codes, tables and JSON."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from postroom.cli import output, root
from postroom.workspaces.errors import BadInput, NotFound
from tests.make.server import ROOT, environment


def _run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "postroom.cli", *arguments],
        cwd=ROOT,
        env=environment(os.environ, **variables),
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_names_the_commands_without_loading_them():
    code = """if True:
        import sys
        from postroom.cli.root import root
        root.get_help(root.make_context("postroom", ["up"]))
        print([name for name in ("typer", "django", "psycopg", "rich") if name in sys.modules])
    """
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert "migrate" in _run("--help").stdout


@pytest.mark.parametrize(
    "name", [name for name in root.COMMANDS if (ROOT / "postroom" / "cli" / f"{name}.py").exists()]
)
def test_every_command_has_help(name):
    done = _run(name, "--help")
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout


def test_wrong_calls_end_with_code_2():
    for arguments in (["nonsense"], ["migrate", "--nonsense"], ["up", "--port", "abc"]):
        done = _run(*arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert "Error" in done.stderr


def test_a_bad_variable_is_told_before_anything_happens(tmp_path):
    done = _run("migrate", POSTROOM_DATA=str(tmp_path / "data"), POSTROOM_PROT="1")
    assert done.returncode == 2
    assert "Did you mean POSTROOM_PORT?" in done.stderr
    assert not (tmp_path / "data").exists()


def test_without_a_database_commands_say_how_to_start_it(tmp_path):
    done = _run("worker", POSTROOM_DATA=str(tmp_path))
    assert done.returncode == 3
    assert "postroom up" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_doctor_says_what_is_missing_and_what_to_do(tmp_path: Path):
    done = _run("doctor", POSTROOM_DATA=str(tmp_path / "data"))
    assert done.returncode == 1
    assert "→ postroom up" in done.stdout
    found = json.loads(_run("doctor", "--json", POSTROOM_DATA=str(tmp_path / "data")).stdout)
    assert {"what", "health", "words", "remedy"} == set(found[0])


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (NotFound("post", "123"), 1),
        (BadInput("name", "", "1 to 80 characters"), 1),
        (output.Problem("no"), 1),
        (output.WronglyCalled("no"), 2),
        (output.NotReachable("no"), 3),
    ],
)
def test_errors_become_words_and_codes(problem, code):
    assert output.in_words(problem) == (str(problem), code)


def test_a_bug_keeps_its_traceback():
    assert output.in_words(KeyError("x"))[0] is None


@dataclass
class Thing:
    name: str
    at: datetime | None
    many: list[str]


THINGS = [Thing("ü & co", datetime(2026, 1, 2, 3, 4, tzinfo=UTC), ["a", "b"]), Thing("", None, [])]
COLUMNS = {"name": "Name", "at": "When", "many": "Many"}


def test_rows_become_a_table(capsys):
    output.show_rows(THINGS, COLUMNS, as_json=False)
    heading, first, second = (line.split() for line in capsys.readouterr().out.strip().splitlines())
    assert heading == ["Name", "When", "Many"]
    assert " ".join(first) == "ü & co 2026-01-02 03:04:00 UTC a, b"
    assert second == ["–", "–", "–"]


def test_times_are_shown_where_the_row_is_at_home_with_the_zones_name(capsys):
    summer, winter = datetime(2026, 7, 1, 12, 0, tzinfo=UTC), datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
    zones = {"berlin": ZoneInfo("Europe/Berlin"), "sao paulo": ZoneInfo("America/Sao_Paulo")}
    rows = [Thing(name, at, []) for name in zones for at in (summer, winter)]
    output.show_rows(rows, {"at": "When"}, as_json=False, zone=lambda row: zones[getattr(row, "name", "")])
    assert [line.strip() for line in capsys.readouterr().out.splitlines()[1:]] == [
        "2026-07-01 14:00:00 CEST",
        "2026-12-01 13:00:00 CET",
        "2026-07-01 09:00:00 -03",
        "2026-12-01 09:00:00 -03",
    ]


def test_rows_become_json(capfdbinary):
    output.show_rows(THINGS, COLUMNS, as_json=True)
    found = json.loads(capfdbinary.readouterr().out)
    assert found[0] == {"name": "ü & co", "at": "2026-01-02T03:04:00+00:00", "many": ["a", "b"]}


def test_no_rows_leave_stdout_empty(capsys):
    output.show_rows([], COLUMNS, as_json=False, empty="No things yet.")
    heard = capsys.readouterr()
    assert (heard.out, heard.err) == ("", "No things yet.\n")
