"""The page of all parts fits, opens its dialog, and is whole in every theme."""

import pytest

from tests.browser.conftest import PHONE, WIDE
from tests.make.workspaces import Cast


@pytest.mark.parametrize(("size", "theme"), [(WIDE, "light"), (WIDE, "dark"), (PHONE, "light"), (PHONE, "contrast")])
def test_the_page_fits_and_its_dialog_opens_and_closes(cast: Cast, visit, size, theme) -> None:
    page = visit(f"/w/{cast.workspace.slug}/design/?theme={theme}", cast.admin, size=size)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.get_by_role("button", name="Open a dialog").click()
    assert page.get_by_role("dialog", name="Remove the file?").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog").is_visible()
    small = page.evaluate(
        "[...document.querySelectorAll('main *')].filter((one) => one.childNodes.length && one.checkVisibility() &&"
        " [...one.childNodes].some((part) => part.nodeType === 3 && part.data.trim()) &&"
        " parseFloat(getComputedStyle(one).fontSize) < 14).map((one) => one.outerHTML)"
    )
    assert small == []
