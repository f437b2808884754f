"""What a server says about itself and its sign-in is checked before anybody is sent anywhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from postroom.networks import rules
from postroom.networks.bluesky import NETWORK
from postroom.networks.bluesky.connect import _learn
from postroom.networks.bluesky.oauth import discover
from postroom.networks.shape import Format, MediaKind
from postroom.networks.verdicts import Rejected, Retry, Stop
from tests.networks.bluesky.conftest import Open


@pytest.fixture
async def server() -> AsyncIterator[dict[str, Any]]:
    """A server whose two documents the test changes."""
    says: dict[str, Any] = {}

    async def resource(_: web.Request) -> web.Response:
        return web.json_response(says["resource"])

    async def metadata(_: web.Request) -> web.Response:
        return web.json_response(says["metadata"])

    app = web.Application()
    app.router.add_get("/.well-known/oauth-protected-resource", resource)
    app.router.add_get("/.well-known/oauth-authorization-server", metadata)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = says["base"] = f"http://127.0.0.1:{runner.addresses[0][1]}"
    says["resource"] = {"resource": base, "authorization_servers": [base]}
    says["metadata"] = {
        "issuer": base,
        "pushed_authorization_request_endpoint": f"{base}/par",
        "authorization_endpoint": f"{base}/authorize",
        "token_endpoint": f"{base}/token",
    }
    yield says
    await runner.cleanup()


async def test_a_sign_in_is_found_by_way_of_the_accounts_server(server: dict[str, Any], open_line: Open):
    found = await discover(open_line(), server["base"])
    assert (found.issuer, found.push, found.revoke) == (server["base"], f"{server['base']}/par", "")


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://elsewhere.example"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "http://10.0.0.1/authorize"},
        {"authorization_endpoint": "https://user:pw@example.com/"},
    ],
)
async def test_a_sign_in_that_could_mislead_is_refused(server: dict[str, Any], open_line: Open, change: dict[str, str]):
    server["metadata"] |= change
    with pytest.raises(Stop) as stopped:
        await discover(open_line(), server["base"])
    assert stopped.value.verdict == Rejected(stopped.value.verdict.why, "server")


@pytest.mark.parametrize("resource", [{}, [], {"authorization_servers": []}, {"authorization_servers": None}, "text"])
async def test_a_document_without_the_needed_words_is_an_answer_we_can_not_read(
    server: dict[str, Any], open_line: Open, resource: Any
):
    server["resource"] = resource
    with pytest.raises(Stop) as stopped:
        await discover(open_line(), server["base"])
    assert isinstance(stopped.value.verdict, Retry)


async def test_a_server_inside_our_own_network_is_not_called(server: dict[str, Any], open_line: Open):
    server["resource"] = {"authorization_servers": ["https://10.0.0.1"]}
    with pytest.raises(Stop) as stopped:
        await discover(open_line(), server["base"])
    assert isinstance(stopped.value.verdict, Rejected)


async def test_bluesky_s_own_servers_take_more_than_one_of_unknown_age(open_line: Open):
    line = open_line()
    theirs = await _learn(line, "https://morel.us-east.host.bsky.network")
    own = await _learn(line, "https://pds.example.com")
    assert line.calls == 0

    def most(learned: dict[str, Any]) -> int | None:
        return rules.need(NETWORK, MediaKind.IMAGE, Format.IMAGE, learned).max_bytes

    assert (most(theirs), most(own)) == (2_000_000, 1_000_000)
    assert theirs["bluesky.appview"] == own["bluesky.appview"] == "https://public.api.bsky.app"
    assert theirs["bluesky.videos"] == "https://video.bsky.app"
