"""The real Chromium that plays the owner, and how it is started."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import sync_playwright

from tests.networks.bluesky.server import Account

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


def found() -> None:
    """Skip a test where there is no Chromium."""
    if shutil.which(CHROMIUM) is None:
        pytest.skip("no Chromium here: apt-get install chromium")


def consent(url: str, account: Account, back: str) -> str:
    """Sign in and allow it on the server's pages; answers the address that the owner is sent back to. Needs no loop."""
    found()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page()
        page.goto(url)
        page.fill("input[name=password]", account.password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        with page.expect_request(lambda request: request.url.startswith(back)) as caught:
            page.get_by_role("button", name="Authorize", exact=True).click()
        returned: str = caught.value.url
        browser.close()
    return returned
