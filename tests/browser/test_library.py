"""The library as a person uses it."""

import pytest

from postroom.library.queries import assets
from tests.browser.conftest import PHONE, WIDE
from tests.make.library import encoded, jpeg, make_asset, noise, wav
from tests.make.workspaces import Cast


@pytest.mark.parametrize("js", [True, False])
def test_a_picture_is_uploaded_and_gets_its_alternative_text(cast: Cast, visit, js: bool) -> None:
    page = visit(f"/w/{cast.workspace.slug}/library/", cast.editor, js=js)
    page.locator("#files").set_input_files([{"name": "loaf.jpg", "mimeType": "image/jpeg", "buffer": encoded(noise())}])
    if js:
        page.get_by_role("link", name="Describe it").click()
    else:
        page.get_by_role("button", name="Upload").click()
    page.get_by_role("heading", name="loaf.jpg").wait_for()
    drawn = "document.querySelector('.preview img').complete && document.querySelector('.preview img').naturalWidth"
    page.wait_for_load_state()
    assert page.evaluate(drawn) == 320
    assert page.get_by_text("No alt text").is_visible()
    page.get_by_label("Alternative text").fill("A loaf of bread on a table")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("What is said of this file was changed.").wait_for()
    assert not page.get_by_text("No alt text").is_visible()
    assert [row.alt_text for row in assets(cast.owner)] == ["A loaf of bread on a table"]


def test_many_are_sent_at_once_and_a_bad_one_is_said(cast: Cast, visits) -> None:
    page = visits.open(f"/w/{cast.workspace.slug}/library/", cast.editor, size=PHONE)
    files = [
        {"name": f"{shade}.jpg", "mimeType": "image/jpeg", "buffer": jpeg(shade)} for shade in (1, 2)
    ] + [{"name": "bad.jpg", "mimeType": "image/jpeg", "buffer": b"no picture at all" * 1000}]  # fmt: skip
    page.locator("#files").set_input_files(files)
    page.locator(".upload-wrong").wait_for()
    page.locator(".tile").nth(1).wait_for()
    assert page.locator(".upload-good").count() == 2
    assert "can’t be taken" in page.locator(".upload-wrong").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    # A browser tells its console of every answer that refuses; here one is wanted.
    visits.complaints[:] = [said for said in visits.complaints if "422" not in said]


def test_a_file_is_dropped_anywhere_on_the_page(cast: Cast, visit) -> None:
    page = visit(f"/w/{cast.workspace.slug}/library/?brand={cast.brand.id}", cast.editor)
    dropped = page.evaluate_handle(
        """(bytes) => {
            const carried = new DataTransfer();
            carried.items.add(new File([new Uint8Array(bytes)], "dropped.jpg", { type: "image/jpeg" }));
            return carried;
        }""",
        list(jpeg()),
    )
    page.dispatch_event("main h1", "dragover", {"dataTransfer": dropped})
    page.locator(".dropzone.over").wait_for()
    page.dispatch_event("main h1", "drop", {"dataTransfer": dropped})
    page.locator(".tile").get_by_text("dropped.jpg").wait_for()
    assert [(row.filename, row.brand_id) for row in assets(cast.owner)] == [("dropped.jpg", cast.brand.id)]


@pytest.mark.parametrize(("size", "theme"), [(WIDE, "light"), (PHONE, "dark")])
def test_the_grid_is_searched_and_a_file_removed_and_brought_back(cast: Cast, visit, size, theme) -> None:
    make_asset(
        cast.owner, jpeg(1), filename="a name that is much longer than any tile has room for in its one line.jpg"
    )
    make_asset(cast.owner, wav(), filename="song.wav")
    page = visit(f"/w/{cast.workspace.slug}/library/", cast.editor, size=size, theme=theme)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.get_by_text("1 file has no alternative text").is_visible()
    page.get_by_label("Search in names").fill("song")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=song**")
    page.locator(".tile").click()
    page.get_by_role("heading", name="song.wav").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.get_by_role("button", name="Remove the file").click()
    page.get_by_role("button", name="Undo").click()
    assert page.get_by_text("The file is back.").is_visible()
    page.goto(f"/w/{cast.workspace.slug}/library/removed/")
    assert page.get_by_text("Nothing was removed").is_visible()
