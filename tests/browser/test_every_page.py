"""Every page there is, found through the addresses themselves: no barrier, nothing too small, nothing that jumps.

`--shots FOLDER` keeps a screenshot of each in both widths and themes, with rich data and empty (`make screenshots`).
"""

import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.browser.conftest import PHONE, WIDE, Visits
from tests.make.rich import Rich, make_rich
from tests.make.workspaces import Cast
from tests.web.addresses import OUTSIDE, inside
from tests.web.signing import signed_in

AXE = Path(__file__).parent.parent / "node" / "node_modules" / "axe-core" / "axe.min.js"
PAGES = [*inside(), *((name, ()) for name in OUTSIDE)]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SMALLEST = """() => [...document.querySelectorAll('body *')].filter(one => one.checkVisibility() && [...one.childNodes]
    .some(node => node.nodeType === 3 && node.textContent.trim()) && parseFloat(getComputedStyle(one).fontSize) < 14)
    .map(one => one.outerHTML.slice(0, 120))"""
SHIFTS = """new PerformanceObserver(list => { for (const one of list.getEntries())
    if (!one.hadRecentInput) window.shifted = (window.shifted || 0) + one.value; })
    .observe({type: 'layout-shift', buffered: true})"""


@pytest.fixture
def rich(cast: Cast, owner_dsn: str) -> Rich:
    return make_rich(cast, owner_dsn)


def check(page: Any, where: str) -> None:
    """Nothing too small, no sideways scrolling, no barrier."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{where} scrolls sideways"
    assert page.evaluate(SMALLEST) == [], f"{where} has text below 14 px"
    page.evaluate(AXE.read_text() if not page.evaluate("'axe' in window") else "0")
    found = page.evaluate("rules => axe.run(document, rules)", RULES)["violations"]
    told = [(one["id"], one["help"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found]
    assert told == [], f"{where}: {json.dumps(told, indent=1)}"


@pytest.mark.parametrize(("name", "parts"), PAGES, ids=lambda value: value if isinstance(value, str) else "")
def test_a_page_is_for_everybody(
    request: pytest.FixtureRequest, visits: Visits, rich: Rich, name: str, parts: tuple[str, ...]
) -> None:
    if not AXE.exists():
        pytest.skip("no axe here: `npm ci` in tests/node brings it")
    path = reverse(name, kwargs=rich.fill(parts))
    who = None if name.startswith("account_") else rich.cast.owner
    answer = (signed_in(who) if who else Client()).get(path)
    if answer.status_code in {HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.FOUND, HTTPStatus.SEE_OTHER}:
        return  # an order, or an address that leads on: not a page
    assert answer.status_code == HTTPStatus.OK, f"{path}: {answer.status_code}; is there such a thing in make_rich?"
    if not answer.text.lstrip().startswith("<!DOCTYPE"):
        return  # a part of a page
    page = visits.open(path, who)
    shots = request.config.getoption("--shots")
    for size in (WIDE, PHONE):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            if shots:
                Path(shots).mkdir(parents=True, exist_ok=True)
                page.screenshot(path=f"{shots}/{name}-{size[0]}-{theme}.png", full_page=True)
            check(page, f"{name} at {size[0]} in {theme}")
    page.add_init_script(SHIFTS)
    page.goto(path, wait_until="load")
    assert page.evaluate("window.shifted || 0") <= 0.05, f"{name} jumps while it loads"
