"""Small habits no linter keeps: a module says why it exists, no error is swallowed, nothing acts unseen."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.house.source import PACKAGE, ROOT, Source, plant, sources

Rule = Callable[[Source], Iterator[int]]
WIDE = {"Exception", "BaseException"}


def undocumented(source: Source) -> Iterator[int]:
    """A module without a docstring doesn't say why it exists."""
    if not source.is_migration and not ast.get_docstring(source.tree):
        yield 1


def swallowed(source: Source) -> Iterator[int]:
    """Whoever catches everything and does nothing hides the next fault."""
    for node in ast.walk(source.tree):
        match node:
            case ast.ExceptHandler(type=kind, body=body) if all(is_nothing(step) for step in body):
                caught = {name.id for name in ast.walk(kind) if isinstance(name, ast.Name)} if kind else WIDE
                if caught & WIDE:
                    yield node.lineno
            case ast.Call(func=ast.Name(id="suppress") | ast.Attribute(attr="suppress"), args=kinds):
                if {name.id for name in kinds if isinstance(name, ast.Name)} & WIDE:
                    yield node.lineno


def is_nothing(step: ast.stmt) -> bool:
    return isinstance(step, ast.Pass | ast.Continue) or (
        isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant)
    )


def signals(source: Source) -> Iterator[int]:
    """An upper room calls a lower one, or an event is wired in worker/wiring.py; Django's signals hide that."""
    for node in ast.walk(source.tree):
        match node:
            case ast.ImportFrom(module=str() as module) if re.search(r"(^django\..*|^blinker.*)signals?$", module):
                yield node.lineno
            case ast.ImportFrom(module="django.dispatch") | ast.ImportFrom(module="blinker"):
                yield node.lineno
            case ast.ImportFrom(names=names) if any(name.name == "signals" for name in names):
                yield node.lineno
            case ast.Import(names=names) if any(re.search(r"signals$|^django\.dispatch", name.name) for name in names):
                yield node.lineno


def overridden_saves(source: Source) -> Iterator[int]:
    """A model that acts when saved acts for some writers only: the database's constraints and triggers act for all."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef):
            for step in node.body:
                if isinstance(step, ast.FunctionDef | ast.AsyncFunctionDef) and step.name in {
                    "save", "asave", "delete", "adelete", "save_base", "full_clean",
                }:  # fmt: skip
                    yield step.lineno


def talking_models(source: Source) -> Iterator[int]:
    """A table knows no request, no HTTP client and no time of its own."""
    if not re.search(r"(^|/)models(\.py|/)", source.name):
        return
    for node in ast.walk(source.tree):
        match node:
            case ast.Import(names=names):
                modules = [name.name for name in names]
            case ast.ImportFrom(module=str() as module):
                modules = [module]
            case _:
                continue
        if any(
            re.match(r"(aiohttp|httpx|requests|urllib\.request|django\.http|ninja)\b", module) for module in modules
        ):
            yield node.lineno


SILENCER = re.compile(
    r"#\s*(noqa|type:\s*ignore|pragma: no cover|djlint:off)(\[[\w, -]+\]|:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*)?"
)


def bare_ignores(source: Source) -> Iterator[int]:
    """Whoever turns a rule off says why: `# noqa: S608 - the name is a constant` on the line, or a comment above it."""
    lines = source.text.splitlines()
    for number, line in enumerate(lines, 1):
        first = SILENCER.search(line)
        if first is None:
            continue
        said = SILENCER.sub("", line[first.start() :])
        above = lines[number - 2].strip() if number > 1 else ""
        if not re.search(r"[a-z]{2}", said) and not (above.startswith("#") and not SILENCER.search(above)):
            yield number


RULES: dict[Rule, str] = {
    undocumented: "x = 1\n",
    swallowed: '"""Why."""\ntry:\n    go()\nexcept Exception:\n    pass\n',
    signals: '"""Why."""\nfrom django.db.models.signals import post_save\n',
    overridden_saves: '"""Why."""\nclass Post(Row):\n    def save(self, **kwargs): ...\n',
    talking_models: '"""Why."""\nimport aiohttp\n',
    bare_ignores: '"""Why."""\nx = eval("1")  # noqa: S307\n',
}
MORE_BAD = [
    (swallowed, "import contextlib\nwith contextlib.suppress(Exception):\n    go()\n"),
    (swallowed, "try:\n    go()\nexcept (ValueError, BaseException):\n    ...\n"),
    (swallowed, "try:\n    go()\nexcept:\n    pass\n"),
    (signals, "from django.dispatch import receiver\n"),
    (signals, "from django.core import signals\n"),
    (bare_ignores, "x: int = f()  # type: ignore[assignment]\n"),
]
GOOD = [
    (swallowed, "try:\n    go()\nexcept ValueError:\n    pass\n"),
    (swallowed, "try:\n    go()\nexcept Exception:\n    log.exception('stopped')\n"),
    (signals, "import signal\nfrom asyncio import Event\n"),
    (bare_ignores, "x = eval('1')  # noqa: S307 - a constant\n"),
    (bare_ignores, "# The library's stub is wrong here\nx: int = f()  # type: ignore[assignment]\n"),
]


def broken(found: Iterable[Source], rule: Rule) -> list[str]:
    return [f"{source.name}:{line}" for source in found for line in rule(source)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_it(rule: Rule) -> None:
    held = sources(PACKAGE, ROOT / "tests", ROOT / "bench") if rule is swallowed else sources(PACKAGE)
    assert broken(held, rule) == [], rule.__doc__


@pytest.mark.parametrize(("rule", "code"), [*RULES.items(), *MORE_BAD])
def test_a_bad_habit_is_seen(tmp_path: Path, rule: Rule, code: str) -> None:
    assert broken(plant(tmp_path, {"posts/models.py": code}), rule)


@pytest.mark.parametrize(("rule", "code"), GOOD)
def test_a_good_one_is_left_alone(tmp_path: Path, rule: Rule, code: str) -> None:
    assert broken(plant(tmp_path, {"posts/models.py": code}), rule) == []
