"""import-linter's five contracts hold, and each of them notices a house that breaks it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT, height_of, plant, settings_of_the_project

LINT = Path(sys.executable).with_name("lint-imports")
BROKEN = {
    "floors": {"postroom/brands/writing.py": "import postroom.posts.writing"},
    "no-django-on-the-ground": {
        "postroom/kit/ids.py": "import postroom.kit.deeper",
        "postroom/kit/deeper.py": "from django.db import models",
    },
    "no-cycles": {
        "postroom/posts/planning.py": "import postroom.posts.writing",
        "postroom/posts/writing.py": "import postroom.posts.planning",
    },
    "one-network": {"postroom/posts/writing.py": "from postroom.networks.toy import NETWORK"},
    "no-models-at-the-doors": {"postroom/api/routes.py": "from postroom.posts.models import Post"},
}


def lint(root: Path, contract: str) -> "subprocess.CompletedProcess[str]":
    """Check one contract of our own configuration on the house below `root`."""
    command = [str(LINT), "--no-cache", "--no-logo", "--config", str(ROOT / "pyproject.toml"), "--contract", contract]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """An empty house that keeps every contract: all floors, one network, a few files that import downwards."""
    plant(tmp_path, {f"postroom/{name}/__init__.py": "" for name in height_of()})
    plant(
        tmp_path,
        {
            "postroom/__init__.py": "",
            "postroom/networks/toy/__init__.py": "NETWORK = 1",
            "postroom/networks/shape.py": "",
            "postroom/networks/registry.py": "from postroom.networks import toy",
            "postroom/posts/models.py": "",
            "postroom/posts/writing.py": "import postroom.posts.models\nfrom postroom.networks import registry, shape",
            "postroom/api/routes.py": "import postroom.posts.writing",
        },
    )
    return tmp_path


def test_there_are_five() -> None:
    contracts = settings_of_the_project()["tool"]["importlinter"]["contracts"]
    assert {contract["id"] for contract in contracts} == set(BROKEN)


@pytest.mark.parametrize("contract", BROKEN)
def test_a_contract_is_kept_and_a_breach_is_seen(house: Path, contract: str) -> None:
    kept = lint(house, contract)
    assert kept.returncode == 0, kept.stdout + kept.stderr
    plant(house, BROKEN[contract])
    broken = lint(house, contract)
    assert broken.returncode != 0
    assert "1 broken" in broken.stdout, broken.stdout + broken.stderr


@pytest.mark.parametrize("name", ["tools", "brands2"])
def test_a_floor_nobody_listed_is_seen(house: Path, name: str) -> None:
    plant(house, {f"postroom/{name}/__init__.py": ""})
    assert lint(house, "floors").returncode != 0


@pytest.mark.parametrize(("lower", "upper"), [("gallery", "channels"), ("web", "api"), ("money", "production")])
def test_neighbours_do_not_import_each_other(house: Path, lower: str, upper: str) -> None:
    plant(house, {f"postroom/{lower}/writing.py": f"import postroom.{upper}"})
    assert lint(house, "floors").returncode != 0


def test_this_house_keeps_them() -> None:
    for contract in BROKEN:
        found = lint(ROOT, contract)
        assert found.returncode == 0, found.stdout
