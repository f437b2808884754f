"""How the walls read the house: its floors, its files and their syntax trees.

Every rule takes what it judges, so that a test can show it a house that breaks the rule.
"""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "postroom"
NOT_OURS = {"node_modules", "__pycache__", ".venv"}


def settings_of_the_project() -> dict[str, Any]:
    """What pyproject.toml says."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def layers() -> list[list[str]]:
    """The floors as import-linter is told, top to bottom; a list inside is one floor's neighbours."""
    contracts = settings_of_the_project()["tool"]["importlinter"]["contracts"]
    (floors,) = [contract for contract in contracts if contract["id"] == "floors"]
    return [[name.strip() for name in line.split("|")] for line in floors["layers"]]


def height_of() -> dict[str, int]:
    """Floor of every folder; the ground has 0."""
    return {name: height for height, names in enumerate(reversed(layers())) for name in names}


def rooms() -> list[str]:
    """The floors between the ground and the doors: one Django app for each noun."""
    heights = height_of()
    return [name for name, height in heights.items() if heights["events"] <= height <= heights["upkeep"]]


def exceptions(table: str) -> dict[str, Any]:
    """What tests/house/exceptions.toml allows, each with its reason."""
    found: dict[str, Any] = tomllib.loads((Path(__file__).parent / "exceptions.toml").read_text()).get(table, {})
    return found


@dataclass(frozen=True)
class Source:
    """One Python file. `name`: its path below the root it was found under, with slashes."""

    path: Path
    name: str

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.name)

    @property
    def is_migration(self) -> bool:
        return "/migrations/" in f"/{self.name}"

    @property
    def dotted(self) -> str:
        return self.name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


def sources(*folders: Path, root: Path = ROOT) -> list[Source]:
    """Every Python file below these folders of `root`, in order."""
    paths = {path for folder in folders for path in folder.rglob("*.py") if not NOT_OURS & set(path.parts)}
    return [Source(path, path.relative_to(root).as_posix()) for path in sorted(paths)]


def plant(root: Path, files: dict[str, str]) -> list[Source]:
    """Write a small house below `root` and read it: the bad samples of the walls' own tests."""
    for name, text in files.items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return sources(root, root=root)
