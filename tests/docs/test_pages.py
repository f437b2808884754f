"""The made pages agree with their tables, links lead somewhere, and no page tells of a machine it was written on."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs import make
from tests.house.source import ROOT

LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
TOP = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")


def written_pages(root: Path) -> list[Path]:
    return [*(root / name for name in TOP), *sorted((root / "docs").rglob("*.md"))]


def dead_links(page: Path) -> Iterator[str]:
    """Links to files beside the page that aren't there."""
    for link in LINK.finditer(page.read_text()):
        target = link["target"].partition("#")[0]
        if target and not re.match(r"[a-z]+:", target) and not (page.parent / target).exists():
            yield target


def test_the_made_pages_are_fresh() -> None:
    assert make.stale(make.pages(), make.DOCS) == [], "run `make docs`"


def test_a_stale_page_is_seen(tmp_path: Path) -> None:
    made = {"configuration.md": "a\n", "networks/toy.md": "b\n", "networks/index.md": "c\n"}
    (tmp_path / "networks").mkdir()
    (tmp_path / "configuration.md").write_text("another\n")
    (tmp_path / "networks/toy.md").write_text("b\n")
    (tmp_path / "networks/gone.md").write_text("d\n")
    assert make.stale(made, tmp_path) == ["configuration.md", "networks/gone.md", "networks/index.md"]


@pytest.mark.parametrize("page", written_pages(ROOT), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    assert list(dead_links(page)) == []


def test_a_dead_link_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("[here](page.md#top) [out](https://example.org) [gone](gone.md)")
    assert list(dead_links(page)) == ["gone.md"]


@pytest.mark.parametrize("page", written_pages(ROOT), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_page_names_a_folder_of_somebodys_machine(page: Path) -> None:
    assert re.findall(r"(?<![\w.~:/])/(?:home|root|opt|work|Users|tmp)/\w+", page.read_text()) == []


def test_every_decision_says_what_why_and_what_it_costs() -> None:
    records = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
    assert [record.name[:4] for record in records] == [f"{number:04}" for number in range(1, len(records) + 1)]
    for record in records:
        headings = re.findall(r"^## (.+)$", record.read_text(), re.MULTILINE)
        assert headings == ["The question", "The answer", "What it costs"], record.name
