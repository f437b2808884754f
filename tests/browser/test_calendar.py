"""The calendar as a person uses it: dragged with the mouse, moved by keyboard, looked at on a phone."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from postroom.publishing.models import Publication
from postroom.publishing.timing import At
from postroom.workspaces.actors import seeing
from tests.browser.conftest import PHONE
from tests.make.posts import make_post, make_silent_channel
from tests.make.workspaces import Cast

IN_A_YEAR = timezone.now().year + 1


@pytest.fixture
def at() -> datetime:
    return datetime(IN_A_YEAR, 5, 11, 9, 30, tzinfo=timezone.get_default_timezone())


def place(cast: Cast, at: datetime | None, text: str = "Bread and the first train") -> UUID:
    channel = make_silent_channel(cast.owner, cast.brand, display_name="Morning Post")
    when = None if at is None else At(at)
    return make_post(cast.owner, cast.brand, channel, text=text, when=when, now=timezone.now()).post.id


def stands(cast: Cast, post_id: UUID) -> list[datetime | None]:
    with seeing(cast.owner):
        return list(Publication.objects.filter(post_id=post_id).values_list("scheduled_for", flat=True))


def address(cast: Cast, query: str = "") -> str:
    return f"/w/{cast.workspace.slug}/calendar/?date={IN_A_YEAR}-05-11{query}"


def test_an_entry_is_dragged_to_another_day_and_the_move_undone(cast: Cast, visit, at: datetime) -> None:
    post_id = place(cast, at)
    page = visit(address(cast), cast.editor)
    page.locator("[data-card]:visible").drag_to(page.locator(f"[data-drop='{IN_A_YEAR}-05-20']:visible"))
    page.get_by_text("Moved to").wait_for()
    assert stands(cast, post_id) == [at + timedelta(days=9)]
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("It is back where it was.").wait_for()
    assert stands(cast, post_id) == [at]


def test_in_a_week_the_hour_changes_and_the_minutes_stay(cast: Cast, visit, at: datetime) -> None:
    post_id = place(cast, at)
    page = visit(address(cast, "&view=week"), cast.editor)
    cell = page.locator(f"[data-drop='{IN_A_YEAR}-05-12'][data-hour='14']:visible")
    page.locator("[data-card]:visible").drag_to(cell)
    page.get_by_text("Moved to").wait_for()
    assert stands(cast, post_id) == [at + timedelta(days=1, hours=5)]


def test_a_draft_is_dragged_onto_a_day(cast: Cast, visit, at: datetime) -> None:
    post_id = place(cast, None)
    page = visit(address(cast), cast.editor)
    page.locator(".cal-drafts [data-card]").drag_to(page.locator(f"[data-drop='{IN_A_YEAR}-05-20']:visible"))
    page.get_by_text("Scheduled for").wait_for()
    assert stands(cast, post_id) == [at.replace(day=20, hour=9, minute=0)]


def test_what_is_refused_stands_where_it_stood(cast: Cast, visit, at: datetime) -> None:
    post_id = place(cast, at)
    page = visit(address(cast), cast.editor)
    with seeing(cast.owner):
        Publication.objects.filter(post_id=post_id).update(status="cancelled", not_before=None)
    page.locator("[data-card]:visible").drag_to(page.locator(f"[data-drop='{IN_A_YEAR}-05-20']:visible"))
    page.get_by_text("It stays where it was").wait_for()
    assert stands(cast, post_id) == [at]


def test_by_keyboard_an_entry_is_moved_in_a_dialog(cast: Cast, visit, at: datetime) -> None:
    post_id = place(cast, at)
    page = visit(address(cast), cast.editor)
    page.locator("[data-move]:visible").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    assert dialog.get_by_label("Time").input_value() == "09:30"
    dialog.get_by_label("Date").fill(f"{IN_A_YEAR}-05-13")
    dialog.get_by_label("Time").fill("16:45")
    page.keyboard.press("Enter")
    page.get_by_text("Moved to").wait_for()
    assert stands(cast, post_id) == [at.replace(day=13, hour=16, minute=45)]


def test_without_javascript_it_is_moved_on_a_page(cast: Cast, visit, at: datetime) -> None:
    post_id = place(cast, at)
    page = visit(address(cast, "&view=list"), cast.editor, js=False)
    page.locator("[data-move]").click()
    page.get_by_label("Date").fill(f"{IN_A_YEAR}-05-14")
    page.get_by_role("button", name="Move").click()
    page.get_by_text("Moved to").wait_for()
    assert "view=list" in page.url
    assert stands(cast, post_id) == [at.replace(day=14)]


@pytest.mark.parametrize("view", ["month", "week", "list"])
def test_on_a_phone_a_day_is_tapped_and_its_posts_are_below(cast: Cast, visit, at: datetime, view: str) -> None:
    place(cast, at)
    page = visit(address(cast, f"&view={view}"), cast.editor, size=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert page.get_by_text("Bread and the first train").locator("visible=true").count() == 1
    if view == "month":
        page.get_by_role("link", name="12 May: 0 posts").click()
        page.locator("#cal-day").get_by_text("Nothing stands here").wait_for()


def test_filters_stay_in_the_address_on_the_way(cast: Cast, visit, at: datetime) -> None:
    place(cast, at)
    page = visit(address(cast), cast.editor)
    page.get_by_label("Status").select_option("published")
    page.get_by_role("button", name="Show").click()
    page.get_by_text("Nothing fits").wait_for()
    page.get_by_role("link", name="Later").click()
    page.wait_for_url("**-06-01**")
    assert "status=published" in page.url
    page.get_by_role("link", name="Show all").click()
    page.wait_for_url(lambda url: "status" not in url)


def test_an_empty_day_leads_to_writing(cast: Cast, visit) -> None:
    page = visit(address(cast), cast.editor)
    page.get_by_role("link", name="New post on Wednesday, 12 May").or_(
        page.get_by_role("link", name="12 May").and_(page.locator(".cal-add"))
    ).first.click()
    page.wait_for_url(f"**/compose/?at={IN_A_YEAR}-05-12T09:00")
