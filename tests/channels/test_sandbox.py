"""Through a network with a server of its own, run as a process: the whole life of a connection over HTTP."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest

from postroom.channels import checking, disconnecting, keeping, lines, queries
from postroom.channels.checking import check_channel
from postroom.channels.connecting import begin_connection, connect_directly, finish_connection
from postroom.channels.disconnecting import disconnect_channel
from postroom.channels.keeping import Outcome, refresh_now
from postroom.channels.lines import NetworkTrouble, open_channel
from postroom.channels.models import Channel, Credential
from postroom.kit.http import Guard
from postroom.networks.shape import Tokens
from postroom.workspaces.actors import acting, seeing
from tests.make.workspaces import Cast

BACK = "https://postroom.example/connect/return"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


class NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        """Hand the answer back as it is."""


class Browser:
    """Just enough of one to walk through a consent screen."""

    def __init__(self) -> None:
        self.opener, self.cookies = build_opener(NoRedirects), SimpleCookie()
        self.at, self.html = "", ""

    def go(self, url: str, form: dict[str, str] | None = None) -> str:
        """Open a page or send a form; answers where it sends us, if anywhere."""
        self.at = urljoin(self.at, url)
        cookies = "; ".join(f"{name}={one.value}" for name, one in self.cookies.items())
        body = urlencode(form).encode() if form is not None else None
        headers = {"Cookie": cookies, "Origin": "{0.scheme}://{0.netloc}".format(urlsplit(self.at))}
        try:
            answer = self.opener.open(Request(self.at, body, headers), timeout=30)
        except HTTPError as error:
            answer = error
        with answer:
            for cookie in answer.headers.get_all("Set-Cookie", []):
                self.cookies.load(cookie)
            self.html = answer.read().decode()
        return str(answer.headers.get("Location", ""))

    @property
    def hidden(self) -> dict[str, str]:
        return {unescape(name): unescape(value) for name, value in HIDDEN.findall(self.html)}


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The sandbox's server; the product may call it."""
    command = [sys.executable, "-m", "postroom.networks.sandbox.server", "--data", str(tmp_path), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        ready = json.loads(process.stdout.readline().removeprefix("READY "))
        nearby = Guard((urlsplit(ready["url"]).netloc,))
        for room in (lines, keeping, checking, disconnecting):
            monkeypatch.setattr(room, "guard", lambda: nearby)
        yield ready["url"]
        process.terminate()


def connect(cast: Cast, server: str, name: str = "mira") -> Channel:
    return connect_directly(
        actor=cast.owner,
        network="sandbox",
        way="direct",
        brand_id=cast.brand.id,
        fields={"name": name, "server": server},
        now=datetime.now(UTC),
    )


def tokens(cast: Cast, channel: Channel) -> Tokens:
    with seeing(cast.owner):
        opened = open_channel(channel.id)
    assert opened
    assert opened.tokens
    return opened.tokens


def test_an_owner_consents_on_the_networks_pages(cast: Cast, server: str) -> None:
    begun = begin_connection(
        actor=cast.owner,
        network="sandbox",
        way="oauth",
        brand_id=cast.brand.id,
        fields={"server": server},
        redirect_uri=BACK,
        now=datetime.now(UTC),
    )
    browser = Browser()
    browser.go(begun.authorize_url)
    browser.go(browser.go("/oauth/sign-in", browser.hidden | {"name": "mira", "kind": "photo"}))
    back = browser.go("/oauth/decide", browser.hidden | {"decision": "yes"})
    assert back.startswith(BACK)
    channel = finish_connection(actor=cast.owner, params=dict(parse_qsl(urlsplit(back).query)), now=datetime.now(UTC))
    assert (channel.username, channel.status) == ("mira", "active")
    assert channel.learned


def test_a_connection_lives_is_renewed_and_ends(cast: Cast, server: str) -> None:
    channel = connect(cast, server)
    first = tokens(cast, channel)
    answer = refresh_now(actor=cast.owner, channel_id=channel.id, now=datetime.now(UTC))
    assert answer.outcome is Outcome.REFRESHED
    assert tokens(cast, channel).refresh != first.refresh
    assert check_channel(actor=cast.owner, channel_id=channel.id, now=datetime.now(UTC)).health == "healthy"
    gone = disconnect_channel(actor=cast.owner, channel_id=channel.id, now=datetime.now(UTC))
    assert gone.revoked_there
    assert connect(cast, server).id == channel.id


def test_a_replayed_refresh_token_ends_the_connection_with_a_reason(cast: Cast, server: str) -> None:
    channel = connect(cast, server)
    with seeing(cast.owner):
        before = Credential.objects.get(channel=channel)
    refresh_now(actor=cast.owner, channel_id=channel.id, now=datetime.now(UTC))
    with acting(cast.owner):
        # As a backup put back would do it: the spent token is in the database again.
        Credential.objects.filter(channel=channel).update(key_id=before.key_id, sealed=before.sealed)
    answer = refresh_now(actor=cast.owner, channel_id=channel.id, now=datetime.now(UTC))
    assert answer.outcome is Outcome.REFUSED
    row = queries.one_channel(cast.owner, channel.id)
    assert (row.status, row.status_reason) == ("expired", answer.why)


def test_a_server_that_is_away_is_no_dead_key(cast: Cast, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    channel = connect(cast, server)
    with acting(cast.owner):
        Channel.objects.filter(id=channel.id).update(server="http://127.0.0.1:9")
    monkeypatch.setattr(keeping, "guard", lambda: Guard(("127.0.0.1:9",)))
    now = datetime.now(UTC) + timedelta(days=30)
    answer = refresh_now(actor=cast.owner, channel_id=channel.id, now=now)
    assert answer.outcome is Outcome.LATER
    assert queries.one_channel(cast.owner, channel.id).status == "active"


def test_a_private_address_is_not_called(cast: Cast) -> None:
    lines.guard.cache_clear()
    for server in (
        "http://127.0.0.1:1",
        "https://localhost",
        "https://10.0.0.1",
        "https://[::1]",
        "file:///etc/passwd",
    ):
        with pytest.raises(NetworkTrouble):
            connect(cast, server)


def test_the_same_account_connected_twice_at_once_is_one_channel(cast: Cast, server: str) -> None:
    async def both() -> list[Channel]:
        return await asyncio.gather(*(asyncio.to_thread(connected) for _ in range(2)))

    def connected() -> Channel:
        from django.db import connection

        try:
            return connect(cast, server)
        finally:
            connection.close()

    first, second = asyncio.run(both())
    assert first.id == second.id
    with seeing(cast.owner):
        assert Credential.objects.get().generation == 2
