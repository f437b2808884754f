"""The sandbox's consent screen, walked through as a browser would, and what its tokens are worth afterwards."""

import re
from datetime import UTC, datetime
from html import unescape
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from postroom.networks.shape import Begin, Return
from postroom.networks.verdicts import Expired, Rejected, Stop

CALLBACK = "http://localhost:9/callback?x=1"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


class Browser:
    """Fills in forms and keeps the sign-in cookie."""

    def __init__(self, sandbox):
        self.sandbox, self.cookies = sandbox, {}

    async def open(self, url):
        async with self.sandbox.session.get(url, cookies=self.cookies) as answer:
            return await self._taken(answer)

    async def send(self, path, form):
        async with self.sandbox.session.post(
            self.sandbox.base + path, data=form, cookies=self.cookies, allow_redirects=False
        ) as answer:
            return await self._taken(answer)

    async def _taken(self, answer):
        self.cookies |= {name: morsel.value for name, morsel in answer.cookies.items()}
        self.status, self.location, self.html = answer.status, answer.headers.get("Location", ""), await answer.text()
        self.form = {unescape(name): unescape(value) for name, value in HIDDEN.findall(self.html)}
        return self


async def begin(sandbox, **change):
    fields = {"server": sandbox.base}
    asked = Begin(fields, CALLBACK, "https://postroom.example", "the-state", datetime.now(UTC))
    return await sandbox.network.way("oauth").begin(sandbox.line(), asked)


async def consent(sandbox, name="mira.bakes", kind="photo", decision="yes"):
    sent = await begin(sandbox)
    browser = await Browser(sandbox).open(sent.url)
    assert "Sign in to the sandbox" in browser.html
    await browser.send("/oauth/sign-in", browser.form | {"name": name, "kind": kind})
    assert browser.status == 303
    await browser.open(sandbox.base + browser.location)
    assert "Allow access?" in browser.html
    assert "upload, publish and delete" in browser.html
    await browser.send("/oauth/decide", browser.form | {"decision": decision})
    assert browser.location.startswith(CALLBACK + "&")
    return sent, dict(parse_qsl(urlsplit(browser.location).query))


async def finish(sandbox, sent, params, **change):
    back = Return(
        params, sent.remember | change.pop("remember", {}), CALLBACK, "https://postroom.example", datetime.now(UTC)
    )
    return await sandbox.network.way("oauth").finish(sandbox.line(), back)


async def test_the_whole_way_in(sandbox):
    sent, params = await consent(sandbox)
    assert params["state"] == "the-state"
    connected = await finish(sandbox, sent, params)
    assert connected.identity.username == "mira.bakes"
    assert connected.identity.learned["sandbox.style"] == "container"
    assert connected.server == sandbox.base
    assert connected.tokens.scopes == ("read", "publish", "numbers")
    assert (await sandbox.network.connecting.whoami(sandbox.line(connected))).username == "mira.bakes"


async def test_a_code_works_once_and_only_with_its_verifier(sandbox):
    sent, params = await consent(sandbox)
    with pytest.raises(Stop) as stopped:
        await finish(sandbox, sent, params, remember={"verifier": "another"})
    assert isinstance(stopped.value.verdict, Expired)
    with pytest.raises(Stop):
        await finish(sandbox, sent, params)


async def test_saying_no_brings_the_owner_back_with_words(sandbox):
    sent, params = await consent(sandbox, decision="no")
    assert params["error"] == "access_denied"
    with pytest.raises(Stop, match="The owner said no") as stopped:
        await finish(sandbox, sent, params)
    assert isinstance(stopped.value.verdict, Rejected)


async def test_the_consent_button_works_from_its_own_page_only(sandbox):
    sent = await begin(sandbox)
    browser = await Browser(sandbox).open(sent.url)
    await browser.send("/oauth/sign-in", browser.form | {"name": "mira", "kind": "page"})
    await browser.open(sandbox.base + browser.location)
    stranger = dict(browser.form) | {"decision": "yes", "form_key": "guessed"}
    assert (await browser.send("/oauth/decide", stranger)).status == 403
    browser.cookies["sandbox_sign_in"] = browser.cookies["sandbox_sign_in"].replace(".", "0.", 1)
    assert (await browser.send("/oauth/decide", browser.form)).status in {400, 403}


@pytest.mark.parametrize(
    ("name", "value"),
    [("client_id", ""), ("redirect_uri", "javascript:alert(1)"), ("redirect_uri", ""),
     ("code_challenge_method", "plain"), ("scope", "read everything"), ("response_type", "token")],
)  # fmt: skip
async def test_a_wrong_request_is_told_to_the_owner_not_sent_back(sandbox, name, value):
    asked = {key: values[0] for key, values in parse_qs(urlsplit((await begin(sandbox)).url).query).items()}
    async with sandbox.session.get(sandbox.base + "/oauth/authorize", params=asked | {name: value}) as answer:
        assert answer.status == 400
        assert "That did not work" in await answer.text()


async def test_a_refresh_token_used_twice_ends_the_connection(sandbox):
    connected, connecting = await sandbox.connect(), sandbox.network.connecting
    line, now = sandbox.line(connected), datetime.now(UTC)
    new = await connecting.refresh(line, connected.tokens, now)
    with pytest.raises(Stop):
        await connecting.refresh(line, connected.tokens, now)
    line.tokens = new
    with pytest.raises(Stop) as stopped:
        await connecting.whoami(line)
    assert isinstance(stopped.value.verdict, Expired)
    assert not stopped.value.verdict.refreshable


async def test_an_access_token_expires_and_can_be_refreshed(sandbox):
    connected = await sandbox.connect()
    line = sandbox.line(connected)
    await sandbox.admin("POST", "/admin/expire", {"account": connected.identity.username})
    with pytest.raises(Stop) as stopped:
        await sandbox.network.connecting.whoami(line)
    assert isinstance(stopped.value.verdict, Expired)
    assert stopped.value.verdict.refreshable
    line.tokens = await sandbox.network.connecting.refresh(line, connected.tokens, datetime.now(UTC))
    assert await sandbox.network.connecting.whoami(line)


@pytest.mark.parametrize(
    ("fields", "word"), [({"name": "no spaces!"}, "name"), ({"name": "x", "kind": "radio"}, "kind")]
)
async def test_a_name_or_kind_that_cannot_be_is_refused(sandbox, fields, word):
    with pytest.raises(Stop, match=f"(?i){word}") as stopped:
        await sandbox.network.way("direct").direct(sandbox.line(), Begin(fields, "", "", "", datetime.now(UTC)))
    assert isinstance(stopped.value.verdict, Rejected)
