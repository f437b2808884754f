"""Coming in, as people do it: the first account, an invitation, a forgotten password, out and in again."""

import re
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.utils import timezone

from postroom.workspaces.inviting import invite
from postroom.workspaces.links import make_set_up_token, make_sign_in_token
from postroom.workspaces.users import create_user
from tests.browser.conftest import PHONE, WIDE
from tests.make.workspaces import NOW, Cast

PASSWORD = "a long enough one"


@pytest.fixture(autouse=True)
def _patient() -> None:
    """Nobody's tries count against the next test."""
    cache.clear()


@pytest.fixture
def by_mail(settings: Any) -> None:
    """An installation that sends e-mail."""
    settings.SENDS_EMAIL = True
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []


def path_in(body: Any) -> str:
    """The path of the address in an e-mail."""
    found = re.search(r"https?://[^/\s]+(/(?:accounts|invitations)/\S+)", body)
    assert found, body
    return found[1]


@pytest.mark.parametrize("js", [True, False])
def test_an_empty_installation_gets_its_first_account_and_workspace(visit, db: None, js: bool) -> None:
    page = visit(f"/set-up/{make_set_up_token(now=timezone.now())}/", js=js)
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    page.get_by_label("Name").fill("Postal Press")
    page.get_by_label("Time zone").select_option("Europe/Berlin")
    page.get_by_role("button", name="Make the workspace").click()
    assert page.get_by_text("Postal Press is yours.").is_visible()
    assert page.url.endswith("/w/postal-press/")


def test_somebody_invited_by_mail_makes_an_account_and_joins(cast: Cast, visit, by_mail: None) -> None:
    invite(actor=cast.admin, email="ida@example.org", role="editor", now=timezone.now())
    page = visit(path_in(mail.outbox[0].body), size=PHONE)
    assert page.get_by_role("heading", name=f"Join {cast.workspace.name}").is_visible()
    page.get_by_role("link", name="Make an account").click()
    page.get_by_label("Your name").fill("Ida")
    assert page.get_by_label("E-mail address").input_value() == "ida@example.org"
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    assert page.get_by_role("heading", name="Look into your mail").is_visible()
    page.goto(path_in(mail.outbox[1].body))
    page.get_by_role("button", name="Yes, it is mine").click()
    page.get_by_role("button", name="Join").click()
    assert page.get_by_text(f"Welcome to {cast.workspace.name}.").is_visible()


def test_out_and_in_again(cast: Cast, visit) -> None:
    create_user(email="ada@example.org", name="Ada", password=PASSWORD, now=NOW)
    page = visit("/profile/")
    for password in ("wrong", PASSWORD):
        page.get_by_label("E-mail address").fill("ada@example.org")
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
    assert page.get_by_role("heading", name="Profile and preferences").is_visible()
    page.get_by_label("High contrast").check()
    page.get_by_role("button", name="Save").click()
    assert page.get_by_text("Saved.").is_visible()
    assert page.locator("html").get_attribute("data-theme") == "contrast"
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    assert page.get_by_role("heading", name="Sign in").is_visible()


def test_a_forgotten_password_is_reset(db: None, visit, by_mail: None) -> None:
    create_user(email="ada@example.org", name="Ada", password=PASSWORD, now=NOW)
    page = visit("/accounts/login/")
    page.get_by_role("link", name="Forgotten your password?").click()
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.get_by_role("button", name="Send the link").click()
    assert page.get_by_role("heading", name="Look into your mail").is_visible()
    page.goto(path_in(mail.outbox[-1].body))
    page.get_by_label("New password", exact=True).fill("another long one")
    page.get_by_label("New password, again").fill("another long one")
    page.get_by_role("button", name="Set the password").click()
    assert page.get_by_role("heading", name="Your password is changed").is_visible()


def test_a_link_signs_in_and_lets_a_new_password_be_set(cast: Cast, visit) -> None:
    token = make_sign_in_token(user_id=cast.owner.user_id or cast.workspace.id, now=timezone.now())
    page = visit(f"/sign-in/{token}/")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text(cast.owner.name).first.click()
    page.get_by_role("link", name="Profile and preferences").click()
    page.get_by_role("link", name="Set password").click()
    assert page.get_by_role("heading", name="Set a password").is_visible()


@pytest.mark.parametrize("look", [(WIDE, "light"), (WIDE, "dark"), (PHONE, "light"), (PHONE, "dark")])
def test_every_page_fits_and_has_one_heading(cast: Cast, visit, by_mail: None, look) -> None:
    size, theme = look
    made = invite(
        actor=cast.admin, email="a.rather.long.address.of.somebody@example.org", role="admin", now=timezone.now()
    )
    token = make_sign_in_token(user_id=cast.viewer.user_id or cast.workspace.id, now=timezone.now())
    strangers = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", f"/invitations/{made.secret}/"]
    strangers += ["/accounts/signup/?with-invitation", f"/sign-in/{token}/", "/accounts/password/reset/done/"]
    members = ["/profile/", "/workspaces/new/", "/accounts/email/", "/accounts/password/set/", "/accounts/logout/"]
    members += [f"/invitations/{made.secret}/"]
    for who, paths in ((None, strangers), (cast.owner, members)):
        page = visit(paths[0], who, size=size, theme=theme)
        for path in paths:
            page.goto(path)
            assert page.locator("h1").count() == 1, path
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path
            unnamed = page.evaluate(
                "[...document.querySelectorAll('main input:not([type=hidden]), main select')]"
                ".filter((one) => !one.labels.length).map((one) => one.name)"
            )
            assert unnamed == [], path
