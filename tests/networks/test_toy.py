"""The guide to adding a network, followed to the letter: its code blocks become a network, which passes the suite."""

import atexit
import re
import shutil
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import pytest

import postroom.networks
from postroom.networks import registry, rules

GUIDE = Path(__file__).parents[2] / "docs" / "adding-a-network.md"
BLOCK = re.compile(r"^```python\n# (?P<path>\S+)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


def follow_the_guide(root: Path) -> set[str]:
    """Write the guide's files below a folder; a path that comes again goes on where it stopped."""
    paths = set()
    for block in BLOCK.finditer(GUIDE.read_text()):
        path = root / block["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as out:
            out.write(("\n\n" if path.stat().st_size else "") + block["code"])
        paths.add(block["path"])
    return paths


ROOT = Path(tempfile.mkdtemp(prefix="toy-network-"))
atexit.register(shutil.rmtree, ROOT, ignore_errors=True)
PATHS = follow_the_guide(ROOT)
# `postroom.networks` is a package with one folder, `tests.networks` grows with the path: both get this one too.
postroom.networks.__path__.append(str(ROOT / "postroom" / "networks"))
sys.path.append(str(ROOT))
NETWORK = import_module("postroom.networks.noticeboard").NETWORK
TestNoticeboard = import_module("tests.networks.noticeboard.test_conformance").TestNoticeboard


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    """The one line outside the folder."""
    monkeypatch.setattr(registry, "NAMES", (*registry.NAMES, "noticeboard"))


def test_the_guide_touches_its_folder_and_the_registry_only():
    homes = ("postroom/networks/noticeboard/", "tests/networks/noticeboard/")
    assert len(PATHS) == 8
    assert all(path.startswith(homes) for path in PATHS)
    changed = re.findall(r"^```diff\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    assert len(changed) == 1
    before, after = changed[0].splitlines()
    assert before.removeprefix("-") in Path(registry.__file__).read_text(), "the guide shows an older registry"
    assert after.replace('"noticeboard", ', "").removeprefix("+") == before.removeprefix("-")


def test_the_registry_answers_with_it():
    assert registry.get("noticeboard") is NETWORK
    assert "noticeboard" in registry.names()


def test_the_guide_names_only_limits_that_there_are():
    assert {row.what for row in NETWORK.limits} <= set(rules.WHATS)


def test_the_guides_code_keeps_the_house_rules(tmp_path):
    repository = GUIDE.parents[1]
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--no-cache",
        "--config",
        str(repository / "pyproject.toml"),
        str(ROOT),
    ]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
