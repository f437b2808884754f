"""All of ruff's rules are on, and every one that is off says why; the locks name no place; CI refuses silent skips."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT, plant, settings_of_the_project

RULE = re.compile(r'^\s*"(?P<rule>[A-Z]+\d*)",?(?P<rest>.*)$')
PLACES = re.compile(
    r"https?://(?!\S*(funding|sponsor))|file:/|--(extra-)?index-url|--find-links|\B/(home|root|opt|tmp|Users)/"
)


def unexplained(configuration: str) -> list[str]:
    """Rules turned off in a lint section with no comment behind them."""
    section = configuration.partition("[tool.ruff.lint]")[2].partition("[tool.ruff.lint.flake8")[0]
    found = [match for line in section.splitlines() if (match := RULE.match(line))]
    return [match["rule"] for match in found if not re.search(r"#\s*\S+ \S+", match["rest"])]


def places(lock: str) -> list[str]:
    """Lines that say where to fetch from; a page for donations is no such place."""
    lines = [
        line for line in lock.splitlines() if "funding" not in line and '"url"' not in line and "sponsor" not in line
    ]
    return [line.strip() for line in lines if PLACES.search(line)]


def test_every_rule_is_on_and_each_exception_explained() -> None:
    assert settings_of_the_project()["tool"]["ruff"]["lint"]["select"] == ["ALL"]
    assert unexplained((ROOT / "pyproject.toml").read_text()) == []


def test_an_unexplained_exception_is_seen() -> None:
    assert unexplained('[tool.ruff.lint]\nignore = [\n  "E501",\n  "D203", # it\n  "S603", # a fixed list\n]\n') == [
        "E501",
        "D203",
    ]


def test_types_are_strict() -> None:
    mypy = settings_of_the_project()["tool"]["mypy"]
    assert mypy["strict"] is True
    assert "mypy_django_plugin.main" in mypy["plugins"]


@pytest.mark.parametrize("lock", ["requirements/lock.txt", "requirements/dev.txt", "tests/node/package-lock.json"])
def test_a_lock_names_no_place(lock: str) -> None:
    assert places((ROOT / lock).read_text()) == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://registry.example/simple",
        "# via -r /home/me/in.txt",
        '"resolved": "https://registry.example/a.tgz"',
    ],
)
def test_a_place_is_seen(line: str) -> None:
    assert places(line)


@pytest.mark.parametrize("lock", ["requirements/lock.txt", "requirements/dev.txt"])
def test_every_pinned_package_has_its_hashes(lock: str) -> None:
    pins = [block for block in re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text()) if "==" in block]
    assert len(pins) > 30
    assert [pin.splitlines()[0] for pin in pins if "--hash=sha256:" not in pin] == []


@pytest.mark.parametrize("marker", ["real_server", "browser"])
@pytest.mark.parametrize(("ci", "outcome"), [("", "1 passed, 2 skipped"), ("true", "1 failed, 1 passed, 1 skipped")])
def test_a_skipped_browser_or_server_test_fails_in_ci(tmp_path: Path, marker: str, ci: str, outcome: str) -> None:
    sample = f"""
import pytest
@pytest.mark.{marker}
def test_guarded(): pytest.skip("not installed")
def test_other(): pytest.skip("not today")
@pytest.mark.{marker}
def test_runs(): pass
"""
    plant(tmp_path, {"test_sample.py": sample, "conftest.py": (ROOT / "conftest.py").read_text()})
    (tmp_path / "pytest.ini").write_text(f"[pytest]\nmarkers =\n  {marker}: guarded\n")
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "DJANGO", "POSTROOM"))
    }
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:django", "-p", "no:xdist", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env=environment | {"CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome in found.stdout, found.stdout + found.stderr


def test_the_files_a_process_starts_with_are_light() -> None:
    """Doors may import these two from the roof because they bring nothing along: no Django, no room, no driver."""
    program = (
        "import sys, postroom.config.env, postroom.config.folder;"
        "print(sorted(n for n in sys.modules if n.startswith(('django', 'psycopg'))"
        " or n.startswith('postroom.') and not n.startswith('postroom.config')))"
    )
    found = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_grouped_tests_stay_on_one_worker(tmp_path: Path) -> None:
    """Tests that share a server rely on it, and a pytest that xdist doesn't know ignores groups silently."""
    sample = """
import os, pytest
@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("number", range(6))
def test_together(number, record_property):
    assert 0, "on " + os.environ["PYTEST_XDIST_WORKER"]
"""
    plant(tmp_path, {"test_sample.py": sample})
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        "2",
        "--dist",
        "loadgroup",
        "-p",
        "no:django",
        "-p",
        "no:cacheprovider",
    ]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert set(re.findall(r"AssertionError: on (gw\d)", found.stdout)) in [{"gw0"}, {"gw1"}], found.stdout
