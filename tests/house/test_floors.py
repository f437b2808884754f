"""The package holds exactly its floors, every floor says what it is for, and foreign keys point down."""

import ast
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

from tests.house.source import PACKAGE, height_of, layers, plant, rooms, sources


def folders(package: Path) -> set[str]:
    return {path.name for path in package.iterdir() if path.is_dir() and path.name != "__pycache__"}


def uphill(keys: Iterable[tuple[str, str]]) -> list[str]:
    """Of (from, to) pairs of "room.table", those that point to a room above or beside."""
    heights = height_of()
    wrong = []
    for source, target in keys:
        here, there = source.split(".")[0], target.split(".")[0]
        if here != there and here in heights and there in heights and heights[here] <= heights[there]:
            wrong.append(f"{source} → {target}")
    return sorted(wrong)


def test_the_package_holds_exactly_the_floors() -> None:
    assert folders(PACKAGE) == {name for floor in layers() for name in floor}


def test_only_the_roof_of_the_package_is_a_file() -> None:
    assert [path.name for path in PACKAGE.glob("*.py")] == ["__init__.py"]


@pytest.mark.parametrize("name", sorted(height_of()))
def test_a_floor_says_what_belongs_there_and_imports_nothing(name: str) -> None:
    (front,) = [source for source in sources(PACKAGE / name) if source.name == f"postroom/{name}/__init__.py"]
    said = ast.get_docstring(front.tree) or ""
    assert all(word in said for word in ("Belongs here", "Doesn't", "Above", "Below"))
    # The command line is called through its package; every other front is a docstring only.
    if name != "cli":
        assert len(front.tree.body) == 1, f"{front.name} holds more than its docstring"


def test_django_knows_exactly_the_rooms() -> None:
    ours = [
        config.name.removeprefix("postroom.")
        for config in apps.get_app_configs()
        if config.name.startswith("postroom.")
    ]
    assert sorted(ours) == sorted([*rooms(), "web"]), "web has no tables: Django loads its tags and static files"


def test_foreign_keys_point_down() -> None:
    keys = [
        (model._meta.label, field.related_model._meta.label)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if (field.many_to_one or field.one_to_one)
        and field.concrete
        and not isinstance(field.related_model, str | None)
    ]
    assert keys, "no foreign key was found at all"
    assert uphill(keys) == []


def test_the_database_agrees(db: None) -> None:
    """Keys that migrations make by hand are in no model; the catalog knows them all."""
    room_of = {model._meta.db_table: model._meta.label for model in apps.get_models(include_auto_created=True)}
    with connection.cursor() as cursor:
        cursor.execute(
            "select child.relname, parent.relname from pg_constraint"
            " join pg_class child on child.oid = conrelid join pg_class parent on parent.oid = confrelid"
            " where contype = 'f'"
        )
        keys = [(room_of[child], room_of[parent]) for child, parent in cursor if child in room_of and parent in room_of]
    assert keys, "no foreign key was found at all"
    assert uphill(keys) == []


def test_a_key_that_points_up_or_sideways_is_seen() -> None:
    keys = [("brands.Brand", "posts.Post"), ("gallery.Idea", "channels.Channel"), ("posts.Post", "brands.Brand")]
    assert uphill(keys) == ["brands.Brand → posts.Post", "gallery.Idea → channels.Channel"]


def test_a_folder_too_many_is_seen(tmp_path: Path) -> None:
    plant(tmp_path, {"tools/__init__.py": "", "kit/__init__.py": ""})
    assert folders(tmp_path) - set(height_of()) == {"tools"}
