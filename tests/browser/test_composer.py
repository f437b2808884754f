"""A post is written as a person does it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from postroom.channels.models import Channel
from postroom.posts.content import Writing
from postroom.posts.models import Post
from postroom.posts.writing import edit_post
from postroom.publishing.models import Publication
from postroom.workspaces.actors import acting
from tests.browser.conftest import PHONE, WIDE
from tests.make.brands import make_slots
from tests.make.channels import make_channel
from tests.make.library import jpeg, make_asset
from tests.make.posts import NOW, make_silent_channel
from tests.make.workspaces import Cast

FAR = (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%dT09:30")


@pytest.fixture
def channels(cast: Cast) -> tuple[Channel, Channel]:
    return (
        make_silent_channel(cast.owner, cast.brand, display_name="Blue Kettle"),
        make_silent_channel(cast.owner, cast.brand, network="mastodon", display_name="Kettle & Kiln"),
    )


def _new(cast: Cast) -> str:
    return f"/w/{cast.workspace.slug}/compose/"


def _choose(page: Any, *names: str) -> None:
    for name in names:
        page.locator(".where-chip", has_text=name).click()


def _stored(cast: Cast) -> tuple[Post, dict[str, Publication]]:
    with acting(cast.owner):
        post = Post.objects.get()
        return post, {one.channel.display_name: one for one in post.publications.select_related("channel")}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_the_page_fits_and_everything_has_a_name(cast: Cast, channels, visit, size, theme) -> None:
    make_channel(cast.owner, cast.brand, display_name="A channel with a name that goes on and on", status="expired")
    picture = make_asset(cast.owner, filename="harbour-at-dawn.jpg")
    address = f"{_new(cast)}?channel={channels[0].id}&channel={channels[1].id}&asset={picture.id}&at=2027-12-01T09:30"
    page = visit(address, cast.editor, size=size, theme=theme)
    page.get_by_label("Text", exact=True).fill("A long day " * 32 + "https://example.org/kiln #pottery")
    page.get_by_role("button", name="Add to the thread").click()
    page.get_by_label("Thread 2").fill("And what comes next")
    page.get_by_text("too long").first.wait_for()
    assert page.get_by_label("Date and time").input_value() == "2027-12-01T09:30"
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    unnamed = page.evaluate(
        "[...document.querySelectorAll('main input:not([type=hidden]), main select, main textarea')]"
        ".filter((one) => !one.labels.length && !one.ariaLabel).map((one) => one.name)"
    )
    assert unnamed == []
    bar = page.locator(".bar").bounding_box()
    assert bar is not None
    assert bar["y"] + bar["height"] <= size[1]


def test_too_long_for_one_channel_is_mended_by_words_of_its_own(cast: Cast, channels, visits, visit) -> None:
    page = visit(_new(cast), cast.editor)
    _choose(page, "Blue Kettle", "Kettle & Kiln")
    page.get_by_label("Text", exact=True).fill("word " * 70)
    page.get_by_text("50 characters too long (350 / 300)").wait_for()
    page.get_by_label("Date and time").fill(FAR)
    page.get_by_role("button", name="Schedule", exact=True).click()
    page.get_by_text("It doesn’t fit everywhere yet").wait_for()
    visits.complaints.clear()  # the browser notes that the form was refused
    page.get_by_label("Other words on one channel").select_option("Blue Kettle")
    own = page.get_by_role("textbox", name="Text on Blue Kettle")
    assert own.input_value().startswith("word word")
    own.fill("Just a word")
    page.get_by_text("Doesn’t fit", exact=True).wait_for(state="detached")
    page.get_by_role("tab", name="Every channel").click()
    assert page.get_by_label("Text", exact=True).input_value().startswith("word word")
    page.get_by_role("button", name="Schedule", exact=True).click()
    page.get_by_text("Scheduled for").wait_for()
    post, found = _stored(cast)
    assert (post.status, found["Blue Kettle"].text, found["Kettle & Kiln"].text) == ("scheduled", "Just a word", None)


def test_a_picture_is_uploaded_and_described(cast: Cast, channels, visit, tmp_path: Path) -> None:
    page = visit(_new(cast), cast.editor, size=PHONE)
    make_asset(cast.owner, jpeg(40), filename="kiln.jpg")
    (tmp_path / "cat.jpg").write_bytes(jpeg(200))
    _choose(page, "Blue Kettle")
    page.locator("#file").set_input_files(tmp_path / "cat.jpg")
    page.get_by_text("Without words here").wait_for()
    page.get_by_label("Alternative text cat.jpg").fill("A cat on a kiln")
    assert not page.get_by_text("Without words here").is_visible()
    page.get_by_role("button", name="From the library").click()
    page.get_by_role("searchbox").fill("kiln")
    with page.expect_response("**/compose/files/?q=kiln*"):
        page.get_by_role("searchbox").press("Enter")
    page.locator(".pick", has_text="cat.jpg").wait_for(state="detached")
    page.locator(".pick", has_text="kiln.jpg").click()
    page.get_by_role("button", name="Put them on the post").click()
    page.locator(".file").nth(1).wait_for()
    page.locator(".file").nth(1).get_by_role("button", name="Move forward").click()
    page.locator(".file").nth(0).get_by_text("kiln.jpg").wait_for()
    assert page.locator("textarea[name^=alt]").nth(1).input_value() == "A cat on a kiln"
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("The draft is saved.").wait_for()
    post, _ = _stored(cast)
    with acting(cast.owner):
        assert [one.alt_text for one in post.media.order_by("position")] == ["", "A cat on a kiln"]


def test_a_draft_saves_itself_and_a_conflict_is_told(cast: Cast, channels, visit) -> None:
    page = visit(_new(cast), cast.editor)
    _choose(page, "Blue Kettle")
    page.get_by_label("Text", exact=True).fill("Half a thought")
    page.wait_for_url("**/edit/")
    assert page.get_by_text("Saved ").is_visible()
    post, _ = _stored(cast)
    edit_post(actor=cast.owner, post_id=post.id, writing=Writing(text="Theirs"), now=NOW)
    page.get_by_label("Text", exact=True).fill("A whole thought")
    page.locator("#trouble").get_by_text("Somebody else has changed this post").wait_for()
    page.get_by_role("button", name="Save mine in its place").click()
    page.locator("#trouble").get_by_text("Somebody else has changed this post").wait_for(state="detached")
    assert page.get_by_label("Text", exact=True).input_value() == "A whole thought"
    for _ in range(200):  # an earlier "Saved" still stands on the page: only the database tells
        if _stored(cast)[0].text == "A whole thought":
            break
        page.wait_for_timeout(50)
    assert _stored(cast)[0].text == "A whole thought"


def test_it_all_works_without_scripts(cast: Cast, channels, visit, tmp_path: Path) -> None:
    make_slots(cast.owner, cast.brand, *((day, "07:15") for day in range(7)))
    (tmp_path / "cat.jpg").write_bytes(jpeg(200))
    page = visit(_new(cast), cast.editor, js=False)
    _choose(page, "Blue Kettle")
    page.get_by_label("Text", exact=True).fill("Hello")
    page.locator("#file").set_input_files(tmp_path / "cat.jpg")
    page.get_by_role("button", name="Add the files").click()
    page.get_by_label("Alternative text cat.jpg").fill("A cat")
    page.get_by_role("button", name="Add to the thread").click()
    page.get_by_label("Thread 2").fill("More")
    page.get_by_label("Next free slot").check()
    page.get_by_role("button", name="Schedule", exact=True).click()
    page.get_by_text("Scheduled for").wait_for()
    post, _ = _stored(cast)
    assert (post.status, f"{post.scheduled_at:%H:%M}") == ("scheduled", "07:15")
    with acting(cast.owner):
        assert [one.text for one in post.items.all()] == ["More"]
        assert [one.alt_text for one in post.media.all()] == ["A cat"]
