"""OAuth through the PDS's own pages, in a real Chromium: consent, refusal, refreshing, a replayed refresh, revoking."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import structlog.testing
from aiohttp import web
from playwright.async_api import Browser, async_playwright

from postroom.networks.bluesky import NETWORK, oauth
from postroom.networks.line import Line
from postroom.networks.shape import Connected, Return, SendTo, Tokens
from postroom.networks.verdicts import Expired, Rejected, Retry, Stop
from tests.networks.bluesky.chromium import CHROMIUM, FLAGS, found
from tests.networks.bluesky.conftest import Open
from tests.networks.bluesky.server import Account, Servers, new_account
from tests.networks.bluesky.ways import beginning, draft, fields, send

pytestmark = [pytest.mark.real_server, pytest.mark.browser, pytest.mark.xdist_group("pds")]

WAY = NETWORK.way("oauth")
assert WAY is not None
assert WAY.begin is not None
assert WAY.finish is not None
BEGIN, FINISH = WAY.begin, WAY.finish


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    found()
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield opened
        await opened.close()


@dataclasses.dataclass
class Desk:
    """Where the owner comes back to: a page on this machine that keeps the query."""

    base: str
    query: dict[str, str] = dataclasses.field(default_factory=dict)

    def returning(self, to: SendTo, **change: str) -> Return:
        """The way back as the door hands it on."""
        return Return(self.query | change, to.remember, to.remember["redirect_uri"], self.base, datetime.now(UTC))


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    there = Desk("")

    async def arrive(request: web.Request) -> web.Response:
        there.query = dict(request.query)
        return web.Response(text="Back at Postroom")

    app = web.Application()
    app.router.add_get("/channels/return", arrive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    there.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield there
    await runner.cleanup()


async def sign_in(browser: Browser, to: SendTo, account: Account, button: str = "Authorize") -> None:
    """Do what the owner does on the server's pages, until they are back."""
    page = await browser.new_page()
    await page.goto(to.url)
    await page.fill("input[name=password]", account.password)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("button", name=button, exact=True).click()
    await page.get_by_text("Back at Postroom").wait_for()
    await page.close()


@pytest.fixture
async def begun(open_line: Open, account: Account, pds: Servers, desk: Desk) -> tuple[Line, SendTo]:
    line = open_line(server=account.base)
    return line, await BEGIN(line, beginning(fields(account, pds.directory), desk.base))


@pytest.fixture
async def connected(begun: tuple[Line, SendTo], browser: Browser, account: Account, desk: Desk) -> Connected:
    line, to = begun
    await sign_in(browser, to, account)
    return await FINISH(line, desk.returning(to))


async def test_consent_lets_us_post(connected: Connected, open_line: Open, account: Account):
    me, tokens = connected.identity, connected.tokens
    assert (me.network_user_id, me.username, me.display_name) == (account.did, account.handle, "Somebody")
    assert (me.followers, me.following, me.posts) == (12, 5, 9)
    assert connected.server == account.base
    assert "atproto" in tokens.scopes
    assert tokens.expires_at is not None
    assert tokens.refresh_expires_at is not None
    assert 13 <= (tokens.refresh_expires_at - datetime.now(UTC)).days <= 14
    receipt = await send(open_line(connected), draft("By consent"))
    assert account.record(receipt.id)["text"] == "By consent"


async def test_a_forgotten_nonce_costs_one_call_more_and_no_second_post(
    connected: Connected, open_line: Open, account: Account
):
    line = open_line(connected)
    line.memory.clear()
    await send(line, draft("First"))
    assert line.calls == 2, "the put was refused for its nonce and sent once more"
    await send(line, draft("Second"))
    assert line.calls == 3
    line.memory[f"nonce {account.base}"] = "stale"
    await send(line, draft("Third"))
    assert line.calls == 5
    assert len(account.records()) == 3


async def test_keys_reach_no_log(connected: Connected, open_line: Open):
    line, tokens = open_line(connected), connected.tokens
    with structlog.testing.capture_logs() as lines:
        await send(line, draft("Quietly"))
        await refreshed(line, tokens)
        with pytest.raises(Stop) as stopped:
            await refreshed(line, tokens)
    said = "\n".join([*map(str, lines), str(stopped.value), repr(stopped.value.verdict), repr(tokens)])
    private = json.loads(tokens.extra["dpop"])["d"]
    assert lines
    for secret in (tokens.access, tokens.refresh or "", private, "Quietly"):
        assert secret not in said


async def refreshed(line: Line, tokens: Tokens) -> Tokens:
    assert NETWORK.connecting.refresh is not None
    return await NETWORK.connecting.refresh(line, tokens, datetime.now(UTC))


async def test_refreshing_gives_new_keys_and_a_replay_ends_the_session(connected: Connected, open_line: Open):
    line, old = open_line(connected), connected.tokens
    new = await refreshed(line, old)
    assert new.access != old.access
    assert new.refresh != old.refresh
    assert new.refresh_expires_at == old.refresh_expires_at
    line.tokens = new
    await send(line, draft("Refreshed"))
    with pytest.raises(Stop) as stopped:
        await refreshed(line, old)
    assert stopped.value.verdict == Expired(stopped.value.verdict.why, refreshable=False)
    with pytest.raises(Stop) as stopped:
        await refreshed(line, new)
    assert stopped.value.verdict == Expired(stopped.value.verdict.why, refreshable=False)
    with pytest.raises(Stop) as stopped:
        await NETWORK.connecting.whoami(line)
    assert isinstance(stopped.value.verdict, Expired)


async def test_revoking_ends_it_at_the_network(connected: Connected, open_line: Open):
    line = open_line(connected)
    assert NETWORK.connecting.revoke is not None
    await NETWORK.connecting.revoke(line, connected.tokens)
    with pytest.raises(Stop) as stopped:
        await NETWORK.connecting.whoami(line)
    assert isinstance(stopped.value.verdict, Expired)
    with pytest.raises(Stop) as stopped:
        await refreshed(line, connected.tokens)
    assert stopped.value.verdict == Expired(stopped.value.verdict.why, refreshable=False)
    await NETWORK.connecting.revoke(line, connected.tokens)


async def test_an_owner_who_says_no(begun: tuple[Line, SendTo], browser: Browser, account: Account, desk: Desk):
    line, to = begun
    await sign_in(browser, to, account, "Deny access")
    with pytest.raises(Stop) as stopped:
        await FINISH(line, desk.returning(to))
    assert isinstance(stopped.value.verdict, Rejected)
    assert "without consent" in stopped.value.verdict.why


async def test_somebody_else_signed_in(
    begun: tuple[Line, SendTo], browser: Browser, account: Account, desk: Desk, pds: Servers
):
    """The code belongs to another account than the one that was named: what came back is not believed."""
    line, to = begun
    await sign_in(browser, to, account)
    tampered = SendTo(to.url, {**to.remember, "did": new_account(pds.pds).did})
    with pytest.raises(Stop) as stopped:
        await FINISH(line, desk.returning(tampered))
    assert stopped.value.verdict == Rejected(stopped.value.verdict.why, "handle")


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask for no more than a sign-in."""
    monkeypatch.setattr(oauth, "SCOPES", ("atproto",))


@pytest.mark.usefixtures("narrow")
async def test_a_consent_that_covers_no_writing_asks_for_another(connected: Connected, open_line: Open):
    with pytest.raises(Stop) as stopped:
        await send(open_line(connected), draft())
    assert stopped.value.verdict == Expired(stopped.value.verdict.why, refreshable=False)
    assert "consent" in stopped.value.verdict.why


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"state": "another"}, "another sign-in"),
        ({"iss": "https://elsewhere.example"}, "another sign-in"),
        ({"iss": ""}, "another sign-in"),
        ({"error": "access_denied", "error_description": "no"}, "without consent"),
    ],
)
async def test_a_way_back_that_is_not_ours_is_refused_before_the_code_is_used(
    begun: tuple[Line, SendTo], desk: Desk, change: dict[str, str], said: str
):
    line, to = begun
    before, good = line.calls, {"state": to.remember["state"], "iss": to.remember["issuer"], "code": "cod-x"}
    with pytest.raises(Stop) as stopped:
        await FINISH(line, desk.returning(to, **(good | change)))
    assert said in stopped.value.verdict.why
    assert line.calls == before


async def test_a_code_that_is_none(begun: tuple[Line, SendTo], desk: Desk):
    line, to = begun
    with pytest.raises(Stop) as stopped:
        await FINISH(
            line, desk.returning(to, state=to.remember["state"], iss=to.remember["issuer"], code="cod-" + "0" * 64)
        )
    assert isinstance(stopped.value.verdict, Expired)


async def test_the_account_lives_elsewhere_by_now(begun: tuple[Line, SendTo], desk: Desk):
    line, to = begun
    moved = SendTo(to.url, {**to.remember, "pds": "https://old.example"})
    with pytest.raises(Stop) as stopped:
        await FINISH(line, desk.returning(moved, state=to.remember["state"], iss=to.remember["issuer"], code="cod-x"))
    assert "moved" in stopped.value.verdict.why


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_wrong_clock_is_no_dead_key(open_line: Open, account: Account, pds: Servers, hours: int):
    line = open_line(server=account.base)
    line.now = lambda: datetime.now(UTC) + timedelta(hours=hours)
    with pytest.raises(Stop) as stopped:
        await BEGIN(line, beginning(fields(account, pds.directory)))
    assert isinstance(stopped.value.verdict, Retry)
    assert "clock" in stopped.value.verdict.why


def test_the_way_back_on_this_machine_is_by_number():
    client_id, back = oauth.client("http://localhost:8000", "http://localhost:8000/channels/return")
    assert back == "http://127.0.0.1:8000/channels/return"
    assert client_id.startswith("http://localhost?redirect_uri=http%3A%2F%2F127.0.0.1%3A8000%2F")
