"""The settings as a person uses them."""

import pytest

from postroom.brands.queries import slots
from postroom.workspaces.queries import api_keys, one_workspace
from tests.browser.conftest import PHONE, WIDE
from tests.make.brands import make_slots
from tests.make.posts import make_silent_channel
from tests.make.workspaces import Cast

PATHS = ("", "members/", "brands/", "brands/new/", "keys/", "apps/")


@pytest.mark.parametrize(("size", "theme"), [(WIDE, "light"), (PHONE, "dark")])
def test_every_page_fits_and_has_one_heading(cast: Cast, visit, size, theme) -> None:
    make_slots(cast.owner, cast.brand, *((day, f"{hour:02}:30") for day in range(5) for hour in range(6, 22, 2)))
    make_silent_channel(cast.owner, cast.brand, display_name="A channel with a name of some length that goes on")
    page = visit(f"/w/{cast.workspace.slug}/settings/", cast.owner, size=size, theme=theme)
    more = (f"members/{cast.editor.user_id}/", f"brands/{cast.brand.id}/", f"slots/{cast.brand.id}/")
    for path in (*PATHS, *more):
        page.goto(f"/w/{cast.workspace.slug}/settings/{path}")
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
        assert page.locator("h1").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path
        unnamed = page.evaluate(
            "[...document.querySelectorAll('main input:not([type=hidden]), main select, main textarea')]"
            ".filter((one) => !one.labels.length && !one.getAttribute('aria-labelledby')).map((one) => one.name)"
        )
        assert unnamed == [], path


def test_somebody_is_invited_and_the_link_is_there_once(cast: Cast, visit) -> None:
    page = visit(f"/w/{cast.workspace.slug}/settings/members/", cast.admin)
    page.get_by_label("E-mail address").fill("ida@example.org")
    page.get_by_label("Role", exact=True).select_option("approver")
    page.get_by_label("Only these:").check()
    page.get_by_label("First Brand").check()
    page.get_by_role("button", name="Make an invitation").click()
    assert "/invitations/" in page.get_by_label("Invitation link").input_value()
    page.get_by_role("button", name="Copy").click()
    page.goto(page.url.replace("invite/", ""))
    assert page.get_by_text("ida@example.org").first.is_visible()
    assert not page.get_by_label("Invitation link").is_visible()
    page.get_by_role("button", name="Revoke ida@example.org").click()
    assert page.get_by_text("The invitation was taken back").is_visible()


def test_a_key_is_made_and_seen_once(cast: Cast, visit) -> None:
    page = visit(f"/w/{cast.workspace.slug}/settings/keys/", cast.admin)
    page.get_by_label("Name").fill("Reporting")
    page.get_by_label("Role", exact=True).select_option("viewer")
    page.get_by_text("Only these permissions").click()
    page.get_by_label("See posts").check()
    page.get_by_role("button", name="Make the key").click()
    assert page.get_by_label("API key", exact=True).input_value().startswith("pr_")
    page.goto(page.url)
    assert page.get_by_text("Never used").is_visible()
    assert page.get_by_label("API key", exact=True).count() == 0
    assert [key.scopes for key in api_keys(cast.owner)] == [["posts.read"]]


@pytest.mark.parametrize("js", [True, False])
def test_a_slot_is_added_and_removed(cast: Cast, visit, js: bool) -> None:
    page = visit(f"/w/{cast.workspace.slug}/settings/brands/", cast.admin, js=js)
    page.get_by_role("link", name="Slots First Brand").click()
    page.get_by_label("On", exact=True).select_option("Tuesday")
    page.get_by_label("At", exact=True).fill("09:30")
    page.get_by_role("button", name="Add the slot").click()
    assert page.get_by_text("The slot was added.").is_visible()
    assert len(slots(cast.owner, cast.brand.id)) == 1
    page.get_by_role("button", name="Remove Tuesday 09:30").click()
    assert page.get_by_text("The slot was removed.").is_visible()
    assert slots(cast.owner, cast.brand.id) == []


def test_the_workspace_is_paused_and_goes_on(cast: Cast, visit) -> None:
    page = visit(f"/w/{cast.workspace.slug}/settings/", cast.editor, size=PHONE)
    page.get_by_label("Reason").fill("A storm over the coast")
    page.get_by_role("button", name="Pause everything").click()
    assert page.get_by_text("A storm over the coast").is_visible()
    assert one_workspace(cast.owner).paused_at is not None
    page.get_by_role("button", name="Resume everything").click()
    assert page.get_by_text("Sending goes on.").is_visible()
    assert one_workspace(cast.owner).paused_at is None
