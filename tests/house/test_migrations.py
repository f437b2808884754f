"""Migrations say what the models say, in one line a room, and each tenant table gets its policies where it is made."""

import ast
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from tests.house.source import PACKAGE, Source, plant, rooms, sources


def forks(edges: Iterable[tuple[str, str, str]]) -> list[str]:
    """Of (room, migration, the one before it in its room), those where a room's line splits or starts twice."""
    seen: dict[tuple[str, str], str] = {}
    wrong = []
    for room, name, before in edges:
        other = seen.setdefault((room, before), name)
        if other != name:
            wrong.append(f"{room}: {other} and {name} both follow {before or 'nothing'}")
    return wrong


def unguarded(found: Iterable[Source]) -> list[str]:
    """Tables with a workspace made by a migration that puts no TenantTable on them."""
    wrong = []
    for source in found:
        if not source.is_migration:
            continue
        calls = [node for node in ast.walk(source.tree) if isinstance(node, ast.Call)]
        guarded = {
            str(call.args[0].value).lower()
            for call in calls
            if called(call) == "TenantTable" and call.args and isinstance(call.args[0], ast.Constant)
        }
        for call in calls:
            given = {keyword.arg: keyword.value for keyword in call.keywords}
            if called(call) == "CreateModel" and isinstance(name := given.get("name"), ast.Constant):
                columns = {node.value for node in ast.walk(call) if isinstance(node, ast.Constant)}
                if columns & {"workspace", "workspace_id"} and str(name.value).lower() not in guarded:
                    wrong.append(f"{source.name}: {name.value!s}")
    return wrong


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def test_models_and_migrations_agree(capsys: pytest.CaptureFixture[str], db: None) -> None:
    try:
        call_command("makemigrations", "--check", "--dry-run", "--verbosity", "1")
    except SystemExit:
        pytest.fail(f"models changed without a migration:\n{capsys.readouterr().out}")


def test_each_room_has_one_line_of_migrations() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    ours = {key: migration for key, migration in loader.disk_migrations.items() if key[0] in rooms()}
    assert ours, "no migration was found at all"
    edges = [
        (room, name, before[0] if (before := [parent for app, parent in migration.dependencies if app == room]) else "")
        for (room, name), migration in ours.items()
    ]
    assert forks(edges) == []


@pytest.mark.parametrize(
    "folder",
    sorted(path.parent for path in PACKAGE.glob("*/migrations/__init__.py")),
    ids=lambda path: path.parent.name,
)
def test_the_last_migration_is_written_down(folder: Path) -> None:
    """So two branches that both add one meet in git, not on somebody's server (django-linear-migrations)."""
    names = sorted(path.stem for path in folder.glob("[0-9]*.py"))
    assert (folder / "max_migration.txt").read_text().strip() == names[-1]


def test_each_tenant_table_is_guarded_where_it_is_made() -> None:
    assert unguarded(sources(PACKAGE)) == []


def test_forks_and_unguarded_tables_are_seen(tmp_path: Path) -> None:
    assert forks([("posts", "0001", ""), ("posts", "0002_a", "0001"), ("posts", "0002_b", "0001")]) == [
        "posts: 0002_a and 0002_b both follow 0001"
    ]
    made = 'migrations.CreateModel(name="Post", fields=[("workspace", models.ForeignKey())])'
    planted = plant(
        tmp_path,
        {
            "postroom/posts/migrations/0001_initial.py": f"x = [{made}, TenantTable('post')]",
            "postroom/posts/migrations/0002_open.py": f"x = [{made}]",
        },
    )
    assert unguarded(planted) == ["postroom/posts/migrations/0002_open.py: Post"]
