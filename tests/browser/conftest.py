"""Real pages in a real Chromium: a server on this worker's database, and browsers in which somebody has signed in."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from postroom.workspaces.actors import Actor
from tests.networks.bluesky.chromium import CHROMIUM, FLAGS, found
from tests.web.signing import signed_in

WIDE, PHONE = (1440, 900), (390, 844)


class Quiet(WSGIRequestHandler):
    """No line on the terminal for each request."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's word
        """Say nothing."""


@pytest.fixture(scope="session")
def site(database: Any) -> Iterator[str]:
    """The web application on a free port; gives its address. Use it together with `db` or `cast`."""
    from django.db import connections

    from postroom.config.wsgi import application

    def serve() -> None:
        try:
            server.serve_forever(poll_interval=0.05)
        finally:
            connections.close_all()

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(application)
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The real Chromium; a test is skipped where there is none.

    Playwright keeps a loop running in this thread as long as it is open: Django has to be told that this is meant, and
    asyncio's own tests need it closed again, so it lives for one module.
    """
    found()
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Visits:
    """Opens pages, and remembers what the browser complained of."""

    browser: Browser
    site: str
    contexts: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(
        self,
        path: str,
        who: Actor | None = None,
        *,
        size: tuple[int, int] = WIDE,
        theme: str = "light",
        js: bool = True,
    ) -> Page:
        """Open a page as somebody (or nobody), in a browser of their own. `theme`: light or dark."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=theme, java_script_enabled=js,  # type: ignore[arg-type] # a word of the two
            base_url=self.site, reduced_motion="reduce",
        )  # fmt: skip
        context.set_default_timeout(30_000)
        if who is not None:
            cookie = signed_in(who).cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": self.site}])
        self.contexts.append(context)
        page = context.new_page()
        page.on(
            "console", lambda said: self.complaints.append(f"{page.url}: {said.text}") if said.type == "error" else None
        )
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.goto(path)
        return page


@pytest.fixture
def visits(chromium: Browser, site: str, db: None) -> Iterator[Visits]:
    """Browsers on the site; nothing may be complained of on the console."""
    made = Visits(chromium, site)
    yield made
    for context in made.contexts:
        context.close()
    assert made.complaints == []


@pytest.fixture
def visit(visits: Visits) -> Callable[..., Page]:
    """Open a page: `visit(path, actor, size=PHONE, theme="dark")`."""
    return visits.open
