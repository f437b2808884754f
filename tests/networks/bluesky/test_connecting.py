"""Finding an account's home, and connecting by app password."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from postroom.networks.bluesky import NETWORK, oauth
from postroom.networks.bluesky.identity import address, locate, named
from postroom.networks.shape import Connected
from postroom.networks.verdicts import Expired, Limited, Rejected, Stop
from tests.networks.bluesky.conftest import Open
from tests.networks.bluesky.server import Account, Servers, ask, new_account, servers
from tests.networks.bluesky.ways import beginning, connect, draft, fields, send

REAL = [pytest.mark.real_server, pytest.mark.xdist_group("pds")]
DID = "did:plc:" + "a" * 24


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("@Alice.Test ", "alice.test"),
        ("https://bsky.app/profile/alice.test", "alice.test"),
        ("at://alice.test", "alice.test"),
        (DID, DID),
        ("did:web:example.com", "did:web:example.com"),
    ],
)
def test_handles_are_read_as_people_type_them(typed: str, name: str):
    assert named({"handle": typed}) == name


@pytest.mark.parametrize(
    "typed", ["", "alice", "alice@example.com", "a b.test", "did:plc:short", "-a.test", "x" * 300 + ".test"]
)
def test_what_is_no_handle_is_refused_with_its_field(typed: str):
    with pytest.raises(Stop) as stopped:
        named({"handle": typed})
    assert isinstance(stopped.value.verdict, Rejected)
    assert stopped.value.verdict.where == "handle"


def test_addresses_of_servers():
    assert address(" pds.example.com/ ", "server") == "https://pds.example.com"
    assert address("http://localhost:2583", "server") == "http://localhost:2583"
    assert address("", "server") == ""
    for typed in (
        "ftp://x.example",
        "https://user:pw@x.example",
        "https://x.example/path",
        "https://x.example?q=1",
        "://",
    ):
        with pytest.raises(Stop):
            address(typed, "server")


@pytest.fixture
async def world() -> AsyncIterator[dict[str, Any]]:
    """A resolver and a directory in one, which say what the test tells them to."""
    says: dict[str, Any] = {"did": DID, "document": {}}

    async def resolve(_: web.Request) -> web.Response:
        return web.json_response({"did": says["did"]}, status=200 if says["did"] else 400)

    async def document(_: web.Request) -> web.Response:
        return web.json_response(says["document"], status=200 if says["document"] else 404)

    app = web.Application()
    app.router.add_get("/xrpc/com.atproto.identity.resolveHandle", resolve)
    app.router.add_get("/{did}", document)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    says["fields"] = {"handle": "alice.test", "server": base, "directory": base}
    yield says
    await runner.cleanup()


def document(**change: Any) -> dict[str, Any]:
    service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": "https://pds.example.com/"}
    return {"id": DID, "alsoKnownAs": ["at://alice.test"], "service": [service], **change}


async def test_the_document_says_where_the_account_lives(world: dict[str, Any], open_line: Open):
    world["document"] = document()
    home = await locate(open_line(), world["fields"])
    assert (home.did, home.handle, home.pds) == (DID, "alice.test", "https://pds.example.com")


@pytest.mark.parametrize(
    ("did", "found", "where"),
    [
        ("", {}, "handle"),
        ("nonsense", {}, "handle"),
        (DID, {}, "directory"),
        (DID, document(id="did:plc:" + "b" * 24), "directory"),
        (DID, document(alsoKnownAs=["at://mallory.test"]), "handle"),
        (DID, document(alsoKnownAs=None), "handle"),
        (DID, document(service=[]), "handle"),
    ],
)
async def test_who_resolves_a_handle_is_not_simply_believed(
    world: dict[str, Any], open_line: Open, did: str, found: dict[str, Any], where: str
):
    world["did"], world["document"] = did, found
    with pytest.raises(Stop) as stopped:
        await locate(open_line(), world["fields"])
    assert stopped.value.verdict == Rejected(stopped.value.verdict.why, where)


@pytest.mark.parametrize("public", ["http://post.example.com", "https://post.example.com:8443", "http://10.0.0.5:8000"])
def test_oauth_needs_a_public_https_address(public: str):
    with pytest.raises(Stop) as stopped:
        oauth.client(public, f"{public}/channels/return")
    assert stopped.value.verdict == Rejected(stopped.value.verdict.why, "public_url")


class TestByPassword:
    pytestmark = REAL

    async def test_the_server_may_be_named(self, open_line: Open, account: Account):
        made = await connect(open_line(), account)
        assert (made.identity.network_user_id, made.identity.username) == (account.did, account.handle)
        assert made.server == account.base
        assert made.identity.followers == 12
        assert made.tokens.expires_at is not None

    async def test_a_wrong_password_names_its_field(self, open_line: Open, account: Account):
        wrong = dataclasses.replace(account, app_password="aaaa-bbbb-cccc-dddd")
        with pytest.raises(Stop) as stopped:
            await connect(open_line(), wrong)
        assert stopped.value.verdict == Rejected(stopped.value.verdict.why, "password")
        assert "aaaa" not in stopped.value.verdict.why

    async def test_the_password_goes_only_to_the_home_that_the_directory_names(
        self, open_line: Open, pds: Servers, account: Account
    ):
        way = NETWORK.way("password")
        assert way is not None
        assert way.direct is not None
        given = fields(account, pds.directory, password=account.app_password) | {"server": "", "handle": account.did}
        made = await way.direct(open_line(), beginning(given))
        assert made.server == account.base

    async def test_refreshing_keeps_the_channel_open(self, open_line: Open, account: Account):
        made = await connect(open_line(), account)
        line = open_line(made)
        new = await _refreshed(line, made)
        line.tokens = new
        assert new.extra == made.tokens.extra
        await send(line, draft("Still here"))
        assert len(account.records()) == 1

    async def test_a_revoked_connection_can_not_be_refreshed(self, open_line: Open, account: Account):
        made = await connect(open_line(), account)
        line = open_line(made)
        assert NETWORK.connecting.revoke is not None
        await NETWORK.connecting.revoke(line, made.tokens)
        with pytest.raises(Stop) as stopped:
            await _refreshed(line, made)
        assert stopped.value.verdict == Expired(stopped.value.verdict.why, refreshable=False)

    async def test_a_deactivated_account_is_told_apart_from_a_dead_key(self, open_line: Open, account: Account):
        made = await connect(open_line(), account)
        url = f"{account.base}/xrpc/com.atproto.server"
        owner = ask(f"{url}.createSession", {"identifier": account.did, "password": account.password})["accessJwt"]
        ask(f"{url}.deactivateAccount", {}, owner)
        for attempt in (NETWORK.connecting.whoami(open_line(made)), send(open_line(made), draft())):
            with pytest.raises(Stop) as stopped:
                await attempt
            assert stopped.value.verdict == Expired(stopped.value.verdict.why, refreshable=False)
            assert "deactivated" in stopped.value.verdict.why

    async def test_too_many_tries_are_told_when_to_come_again(self, open_line: Open):
        """30 sign-ins in five minutes are allowed; the 31st answers 429 RateLimitExceeded with RateLimit-Reset."""
        account = new_account(servers(counting=True).pds)
        line = open_line()
        for _ in range(30):
            ask(
                f"{account.base}/xrpc/com.atproto.server.createSession",
                {"identifier": account.handle, "password": account.app_password},
            )
        with pytest.raises(Stop) as stopped:
            await connect(line, account)
        verdict = stopped.value.verdict
        assert isinstance(verdict, Limited), verdict
        assert verdict.until is not None
        assert 0 < (verdict.until - line.now()).total_seconds() <= 300


async def _refreshed(line: Any, made: Connected) -> Any:
    assert NETWORK.connecting.refresh is not None
    return await NETWORK.connecting.refresh(line, made.tokens, line.now())
