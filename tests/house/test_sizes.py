"""Files and functions stay small enough to be read at one sitting, or say why they can't."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.house.source import ROOT, Source, exceptions, plant, sources

LINES_OF_A_FILE = 400
LINES_OF_A_NETWORKS_FILE = 200
LINES_OF_A_FUNCTION = 50


def limit_of(source: Source) -> int:
    """One network's files are held to half, because there will be many networks."""
    parts = source.name.split("/")
    in_a_network = parts[:2] == ["postroom", "networks"] and len(parts) > 3
    return LINES_OF_A_NETWORKS_FILE if in_a_network else LINES_OF_A_FILE


def long_files(found: Iterable[Source]) -> dict[str, int]:
    lengths = {
        source.name: (len(source.text.splitlines()), limit_of(source)) for source in found if not source.is_migration
    }
    return {name: length for name, (length, limit) in lengths.items() if length > limit}


def long_functions(found: Iterable[Source]) -> dict[str, int]:
    return {
        f"{source.name}::{function.name}": length
        for source in found
        if not source.is_migration
        for function in source.functions()
        if (length := (function.end_lineno or 0) - function.lineno + 1) > LINES_OF_A_FUNCTION
    }


def unexcused(found: Mapping[str, int], allowed: Mapping[str, str]) -> dict[str, object]:
    """What is too long without a reason, and reasons nothing needs any more."""
    too_long = {name: length for name, length in found.items() if not allowed.get(name, "").strip()}
    return too_long | {name: "no longer needs its exception" for name in allowed if name not in found}


def ours() -> list[Source]:
    return sources(ROOT / "postroom", ROOT / "tests", ROOT / "bench", ROOT / "docs")


def test_files() -> None:
    assert unexcused(long_files(ours()), exceptions("files")) == {}


def test_functions() -> None:
    assert unexcused(long_functions(ours()), exceptions("functions")) == {}


def test_long_ones_are_seen_and_excused_only_by_a_reason(tmp_path: Path) -> None:
    long_body = "def talk():\n" + "    pass\n" * LINES_OF_A_FUNCTION
    planted = plant(
        tmp_path,
        {
            "postroom/posts/writing.py": "x = 1\n" * (LINES_OF_A_FILE + 1),
            "postroom/posts/planning.py": long_body,
            "postroom/networks/toy/words.py": "x = 1\n" * (LINES_OF_A_NETWORKS_FILE + 1),
            "postroom/networks/shape.py": "x = 1\n" * LINES_OF_A_FILE,
            "postroom/posts/migrations/0001_initial.py": long_body,
        },
    )
    assert long_files(planted) == {"postroom/networks/toy/words.py": 201, "postroom/posts/writing.py": 401}
    assert long_functions(planted) == {"postroom/posts/planning.py::talk": 51}
    assert unexcused({"a.py": 401}, {"a.py": " "}) == {"a.py": 401}
    assert unexcused({"a.py": 401}, {"a.py": "one table"}) == {}
    assert list(unexcused({}, {"a.py": "one table"})) == ["a.py"]
