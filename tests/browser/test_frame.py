"""The frame around every page."""

import pytest

from tests.browser.conftest import PHONE, WIDE
from tests.make.workspaces import Cast


@pytest.mark.parametrize("size", [WIDE, PHONE])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_frame_fits_and_says_that_no_worker_is_there(cast: Cast, visit, size, theme) -> None:
    page = visit(f"/w/{cast.workspace.slug}/", cast.owner, size=size, theme=theme)
    assert page.get_by_text("Nothing is being sent").is_visible()
    assert page.get_by_role("link", name="New post").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.screenshot(path=f"/tmp/pr/frame-{theme}-{size[0]}.png")
