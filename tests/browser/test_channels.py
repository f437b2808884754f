"""Channels in a browser: connected through a network's own pages, refused, paused, let go."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from postroom.channels import checking, disconnecting, keeping, lines
from postroom.channels.queries import channels
from postroom.kit.http import Guard
from postroom.networks import registry
from tests.browser.conftest import PHONE, WIDE, Visits
from tests.channels.toy import Toy
from tests.make.channels import make_channel
from tests.make.rich import make_rich
from tests.make.workspaces import Cast

Visit = Callable[..., Page]


@pytest.fixture
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings, site: str) -> Iterator[str]:
    """The sandbox's own server; Postroom may call it, and it sends people back to this test's site."""
    settings.PUBLIC_URL = site
    command = [sys.executable, "-m", "postroom.networks.sandbox.server", "--data", str(tmp_path), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        ready = json.loads(process.stdout.readline().removeprefix("READY "))
        policy = settings.CONTENT_SECURITY_POLICY
        images = [*policy["DIRECTIVES"]["img-src"], ready["url"]]  # as where POSTROOM_SANDBOX is on
        settings.CONTENT_SECURITY_POLICY = policy | {"DIRECTIVES": policy["DIRECTIVES"] | {"img-src": images}}
        nearby = Guard((urlsplit(ready["url"]).netloc,))
        for room in (lines, keeping, checking, disconnecting):
            monkeypatch.setattr(room, "guard", lambda: nearby)
        yield ready["url"]
        process.terminate()


@pytest.fixture
def toy() -> Iterator[Toy]:
    made = Toy()
    registry.add(made.network())
    yield made
    registry._added.pop("toy")


@pytest.mark.parametrize("js", [True, False])
def test_an_account_is_connected_paused_resumed_and_let_go(cast: Cast, visit: Visit, sandbox: str, js: bool) -> None:
    page = visit(f"/w/{cast.workspace.slug}/channels/", cast.admin, js=js)
    page.locator("main").get_by_role("link", name="Connect a channel").first.click()
    page.get_by_role("link", name="Connect Sandbox").click()
    page.get_by_label("For which brand").select_option(label="First Brand")
    page.locator("details.more summary").click()
    page.get_by_label("Address of the sandbox").fill(sandbox)
    page.get_by_role("button", name="Go on at Sandbox").click()

    page.wait_for_url(f"{sandbox}/oauth/**")
    page.locator("input[name=name]").last.fill("mira")
    page.locator("form").filter(has=page.locator("input[name=name]:not([type=hidden])")).last.get_by_role(
        "button"
    ).last.click()
    page.locator("button[name=decision][value=yes]").click()

    page.wait_for_url("**/channels/*-*/")
    expect(page.get_by_text("mira on Sandbox is connected.")).to_be_visible()
    expect(page.get_by_role("heading", name="Works")).to_be_visible()
    expect(page.get_by_text("a network for trying things out")).to_be_visible()

    page.get_by_role("region", name="Pause").get_by_label("Why").fill("The price is wrong")
    page.get_by_role("button", name="Pause this channel").click()
    expect(page.get_by_role("heading", name="Paused")).to_be_visible()
    expect(page.get_by_text("Somebody paused it: The price is wrong")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("heading", name="Works")).to_be_visible()
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("The network answered: it works")).to_be_visible()
    page.get_by_role("button", name="Renew its key").click()
    expect(page.get_by_text("Its key is renewed.")).to_be_visible()

    page.get_by_role("link", name="Disconnect…").click()
    asking = page.get_by_role("dialog") if js else page.locator("#disconnect")
    expect(asking.get_by_text("Nothing waits on it.")).to_be_visible()
    asking.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_role("heading", name="Disconnected")).to_be_visible()
    assert channels(cast.owner) == []


def test_a_wrong_app_password_shows_the_networks_words_and_nothing_is_typed_twice(
    cast: Cast, visit: Visit, toy: Toy
) -> None:
    page = visit(f"/w/{cast.workspace.slug}/channels/connect/toy/?way=password", cast.admin)
    page.get_by_label("For which brand").select_option(label="Other Brand")
    page.get_by_label("Handle").fill("ada.example")
    page.get_by_label("App password").fill("hush-passwort")
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("alert")).to_contain_text("name and password don't go together")
    expect(page.get_by_label("Handle")).to_have_value("ada.example")
    expect(page.get_by_label("App password")).to_have_value("hush-passwort")
    expect(page.get_by_label("App password")).to_have_attribute("aria-invalid", "true")
    assert "hush" not in page.content()
    page.get_by_label("App password").fill("hush-password")
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_text("ada.example on Toy is connected.")).to_be_visible()
    assert [row.brand_id for row in channels(cast.owner)] == [cast.other_brand.id]


def test_an_owner_who_says_no_at_the_network_comes_back_to_words(cast: Cast, visits: Visits, sandbox: str) -> None:
    page = visits.open(f"/w/{cast.workspace.slug}/channels/connect/sandbox/?brand={cast.brand.id}", cast.admin)
    page.locator("details.more summary").click()
    page.get_by_label("Address of the sandbox").fill(sandbox)
    page.get_by_role("button", name="Go on at Sandbox").click()
    page.wait_for_url(f"{sandbox}/oauth/**")
    page.locator("input[name=name]").last.fill("nora")
    page.locator("form").filter(has=page.locator("input[name=name]:not([type=hidden])")).last.get_by_role(
        "button"
    ).last.click()
    page.locator("button[name=decision]:not([value=yes])").click()
    expect(page.get_by_role("heading", name="Not connected")).to_be_visible()
    expect(page.get_by_text("The owner said no")).to_be_visible()
    page.get_by_role("link", name="Begin again").click()
    expect(page.get_by_role("heading", name="Connect a channel")).to_be_visible()
    assert all("400 (Bad Request)" in one for one in visits.complaints)
    visits.complaints.clear()


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_the_first_page_leads_to_what_needs_somebody(cast: Cast, owner_dsn: str, visit: Visit, size) -> None:
    make_rich(cast, owner_dsn)
    page = visit(f"/w/{cast.workspace.slug}/", cast.owner, size=size)
    needs = page.get_by_role("region", name="Needs you")
    expect(needs.get_by_role("link", name="Settle it")).to_be_visible()
    expect(page.get_by_role("link", name="See it live: Morning Post").first).to_have_attribute(
        "href", "https://example.org/1"
    )
    needs.get_by_role("link", name="Reconnect").click()
    expect(page.get_by_text("2 publications wait behind it")).to_be_visible()


def test_the_keyboard_reaches_what_a_channel_can_do(cast: Cast, visit: Visit) -> None:
    channel = make_channel(cast.owner, cast.brand)
    page = visit(f"/w/{cast.workspace.slug}/channels/{channel.id}/", cast.owner)
    page.get_by_role("link", name="Disconnect…").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
