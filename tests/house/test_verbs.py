"""Every verb has shown that an outsider gets nothing from it, and what it says to input it can't take.

A verb is a public function of a room with a keyword-only `actor`. A test says which verbs it shows this for:
`@pytest.mark.outsider("posts.writing.create_post")`, `@pytest.mark.bad_input("posts.writing.create_post")`.
"""

import ast
from collections.abc import Iterable
from pathlib import Path
from typing import TypeGuard

import pytest

from tests.house.source import PACKAGE, ROOT, Source, exceptions, plant, rooms, sources

NO_VERBS_IN = {"models", "queries", "states", "apps", "actors"}


def verbs(found: Iterable[Source], of_rooms: Iterable[str]) -> set[str]:
    """Name the verbs as "room.file.function"."""
    known = set(of_rooms)
    named = set()
    for source in found:
        room, *rest = source.dotted.split(".")[1:] or [""]
        if room not in known or not rest or source.is_migration or rest[-1] in NO_VERBS_IN:
            continue
        for node in source.tree.body:
            if is_verb(node):
                named.add(".".join((room, *rest, node.name)))
    return named


def is_verb(node: ast.stmt) -> TypeGuard[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and any(argument.arg == "actor" for argument in node.args.kwonlyargs)
    )


def shown(found: Iterable[Source], marker: str) -> set[str]:
    """Verbs that tests claim to show by `pytest.mark.<marker>(…)`."""
    claimed = set()
    for source in found:
        for node in ast.walk(source.tree):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="mark"), attr=name), args=given) if (
                    name == marker
                ):
                    claimed |= {str(word.value) for word in given if isinstance(word, ast.Constant)}
    return claimed


def all_tests() -> list[Source]:
    return [source for source in sources(ROOT / "tests") if not source.name.startswith("tests/house/")]


@pytest.mark.parametrize("marker", ["outsider", "bad_input"])
def test_every_verb_is_shown(marker: str) -> None:
    there, claimed, excused = verbs(sources(PACKAGE), rooms()), shown(all_tests(), marker), exceptions(marker)
    assert sorted(there - claimed - set(excused)) == [], f"verbs without a test marked {marker}"
    assert sorted(set(excused) - (there - claimed)) == [], "exceptions nothing needs any more"
    assert all(reason.strip() for reason in excused.values())


@pytest.mark.parametrize("marker", ["outsider", "bad_input"])
def test_no_marker_names_a_verb_that_is_gone(marker: str) -> None:
    assert sorted(shown(all_tests(), marker) - verbs(sources(PACKAGE), rooms())) == []


def test_verbs_and_markers_are_found(tmp_path: Path) -> None:
    verb = """
def write(*, actor, text): ...
async def awrite(*, actor): ...
def _inner(*, actor): ...
def ask(actor): ...
"""
    house = plant(
        tmp_path / "house",
        {
            "postroom/posts/writing.py": verb,
            "postroom/posts/queries.py": verb,
            "postroom/web/views.py": verb,
            "postroom/posts/migrations/0001_initial.py": verb,
        },
    )
    assert verbs(house, ["posts"]) == {"posts.writing.write", "posts.writing.awrite"}
    tests = plant(
        tmp_path / "tests",
        {
            "tests/posts/test_writing.py": """
@pytest.mark.outsider("posts.writing.write")
def test_it(): ...
CASES = [pytest.param(1, marks=pytest.mark.bad_input("posts.writing.write", "posts.writing.awrite"))]
"""
        },
    )
    assert shown(tests, "outsider") == {"posts.writing.write"}
    assert shown(tests, "bad_input") == {"posts.writing.write", "posts.writing.awrite"}
