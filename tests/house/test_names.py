"""A file is named after its work, and only `networks` says a network's name."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from postroom.networks import registry
from tests.house.source import PACKAGE, ROOT, Source, exceptions, plant, sources

BANNED = {"service", "services", "util", "utils", "helper", "helpers", "common", "manager", "managers", "misc", "base"}
WORDS = re.compile(r"[a-z0-9]+")


def badly_named(root: Path) -> list[str]:
    """Files and folders, of any kind, whose name says nothing about their work."""
    found = (path for path in root.rglob("*") if "node_modules" not in path.parts and "__pycache__" not in path.parts)
    return sorted(path.relative_to(root).as_posix() for path in found if path.stem in BANNED)


def network_names() -> set[str]:
    """Every folder of `networks` is a network, also one nobody has registered yet."""
    return {path.parent.name for path in (PACKAGE / "networks").glob("*/__init__.py")}


def is_a_word_anyway(name: str) -> bool:
    """A name that code has other uses for counts only where it is a whole string or is imported."""
    return len(name) <= 2 or name in {network.name for network in registry.every() if network.is_sandbox}


def said_in(source: Source) -> Iterator[tuple[str, bool]]:
    """Every name and string of a file's code, and whether it is a string or an import.

    Docstrings and comments are left out: they may explain themselves by example.
    """
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(source.tree):
        match node:
            case ast.Constant(value=str() as text) if id(node) not in docstrings:
                yield text, True
            case ast.alias(name=text) | ast.ImportFrom(module=str() as text):
                yield text, True
            case ast.Name(id=text) | ast.Attribute(attr=text) | ast.arg(arg=text) | ast.keyword(arg=str() as text):
                yield text, False
            case ast.FunctionDef(name=text) | ast.AsyncFunctionDef(name=text) | ast.ClassDef(name=text):
                yield text, False


def names_in(said: Iterable[tuple[str, bool]], networks: set[str]) -> set[str]:
    """Which networks are named by these (text, whether it is a string or an import)."""
    words_anyway = {name for name in networks if is_a_word_anyway(name)}
    found: set[str] = set()
    for text, is_meant in said:
        words = set(WORDS.findall(re.sub(r"([a-z])([A-Z])", r"\1 \2", text).lower()))
        found |= words & (networks - words_anyway)
        if is_meant:
            found |= {text.lower()} & words_anyway
    return found


def named_networks(package: Path, root: Path, networks: set[str]) -> set[str]:
    """List "path::name" for every network named in code or templates of the package, outside `networks`."""
    outside = [source for source in sources(package, root=root) if not source.path.is_relative_to(package / "networks")]
    said = {f"{source.name}::{name}" for source in outside for name in names_in(said_in(source), networks)}
    for template in (*package.rglob("*.html"), *package.rglob("*.txt")):
        if not template.is_relative_to(package / "networks"):
            strings = [(text, True) for text in re.findall(r"[\w-]+|[^\w-]+", template.read_text())]
            said |= {f"{template.relative_to(root).as_posix()}::{name}" for name in names_in(strings, networks)}
    return said


def test_no_file_is_named_after_nothing() -> None:
    assert [*badly_named(PACKAGE), *badly_named(ROOT / "tests"), *badly_named(ROOT / "docs")] == []


def test_no_network_is_named_outside_networks() -> None:
    said, allowed = named_networks(PACKAGE, ROOT, network_names()), exceptions("network_names")
    assert sorted(said - set(allowed)) == []
    assert sorted(set(allowed) - said) == [], "exceptions nothing needs any more"
    assert all(reason.strip() for reason in allowed.values())


def test_a_file_named_after_nothing_is_seen(tmp_path: Path) -> None:
    plant(tmp_path, {"posts/utils.py": "", "posts/base/__init__.py": "", "posts/writing.py": ""})
    assert badly_named(tmp_path) == ["posts/base", "posts/utils.py"]


@pytest.mark.parametrize(
    "code",
    [
        'if network == "toy": ...',
        "from postroom.networks import toy",
        "from postroom.networks.toy.words import text",
        "def send_to_toy(): ...",
        "class ToyPost: ...",
        'channel.toy_id = "at://toy.example"',
        "connect(toy=1)",
    ],
)
def test_a_named_network_is_seen(tmp_path: Path, code: str) -> None:
    plant(tmp_path, {"postroom/posts/writing.py": code, "postroom/networks/toy/words.py": code})
    assert named_networks(tmp_path / "postroom", tmp_path, {"toy"}) == {"postroom/posts/writing.py::toy"}


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ([("x + 1", True), ("toyota", True), ("x", False), ("is_sandbox", False), ("the sandbox", True)], set()),
        ([("x", True), ("SANDBOX", True)], {"x", "sandbox"}),
    ],
)
def test_words_that_only_look_like_a_network_are_not(said: list[tuple[str, bool]], named: set[str]) -> None:
    assert names_in(said, {"x", "toy", "sandbox"}) == named


def test_docstrings_may_give_examples_and_templates_may_not(tmp_path: Path) -> None:
    plant(tmp_path, {"postroom/web/pages.py": '"""As toy does it."""\n# toy\n'})
    assert named_networks(tmp_path / "postroom", tmp_path, {"toy"}) == set()
    plant(tmp_path, {"postroom/web/templates/home/page.html": "{% if network == 'toy' %}"})
    assert named_networks(tmp_path / "postroom", tmp_path, {"toy"}) == {"postroom/web/templates/home/page.html::toy"}
