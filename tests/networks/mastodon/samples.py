"""Mastodon's samples for the conformance suite, for any kind of server of the fake's."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp

from postroom.networks.line import Line
from postroom.networks.mastodon import NETWORK
from postroom.networks.shape import App, Begin, Connected, Draft, Format, Poll, Return
from tests.networks.files import clip, picture
from tests.networks.mastodon.fake import Fake
from tests.networks.mastodon.modes import RENEWING, Mode
from tests.networks.proxy import Fault
from tests.networks.samples import Access, Samples, in_thread

REDIRECT = "https://postroom.example/connect/mastodon/return"
_number = itertools.count(1)


def started(**fields: str) -> Begin:
    """What a connection starts from."""
    return Begin(fields, REDIRECT, "https://postroom.example", secrets.token_urlsafe(16), datetime.now(UTC))


async def consent(url: str, username: str, *, allow: bool = True) -> dict[str, str]:
    """Do what the owner does in a browser; answers the query of the way back."""
    async with aiohttp.ClientSession() as browser:
        async with browser.get(url) as page:
            assert page.status == 200, await page.text()
        form = {"username": username, "allow": "yes" if allow else "no"}
        async with browser.post(url, data=form, allow_redirects=False) as answer:
            location = answer.headers["Location"]
    assert location.startswith(REDIRECT)
    return dict(parse_qsl(urlsplit(location).query))


async def connected(line: Line, username: str = "") -> Connected:
    """Go the whole way in."""
    way = NETWORK.connecting.ways[0]
    assert way.begin is not None
    assert way.finish is not None
    begin = started()
    sent = await way.begin(line, begin)
    back = await consent(sent.url, username or f"ada{next(_number)}")
    return await way.finish(line, Return(back, sent.remember, REDIRECT, begin.public_url, begin.now))


class MastodonSamples(Samples):
    """The samples; subclasses choose another `mode`."""

    network = NETWORK
    names = ("text", "warned", "picture", "four", "film", "poll")
    faulted = ("text", "picture", "film")
    kept_by_server = ("text.max", "alt.max", "poll.options.max", "poll.option.max", "poll.seconds.max", "media.max")
    mode: Mode = RENEWING

    def __init__(self) -> None:
        self.fake = Fake(self.mode)

    def start(self) -> str:
        self.base, self._stop = in_thread(self.fake.make)
        return self.base

    def stop(self) -> None:
        self._stop()

    async def app(self, line: Line) -> App:
        register = NETWORK.connecting.ways[0].register
        assert register is not None
        return await register(line, started())

    async def connect(self, line: Line) -> Connected:
        return await connected(line)

    async def count(self, base: str, access: Access) -> int:
        return len(self.fake.of(access.who.network_user_id.rpartition("@")[0]))

    def unauthorised(self) -> Fault:
        status, body = self.mode.unauthorised
        return Fault(f"{status} for a dead token", status=status, body=body.encode())

    def draft(self, name: str) -> Draft:
        return DRAFTS[name](self, f"Number {next(_number)} {secrets.token_hex(4)}")


Make = Callable[[MastodonSamples, str], Draft]
LONG = "see https://example.com/a/long/path/to/it?that=goes&on=forever#here\n\nand @bo@elsewhere.example & <co> #spring"
DRAFTS: dict[str, Make] = {
    "text": lambda one, text: one.fresh(text=f"{text} {LONG}", languages=("en",)),
    "warned": lambda one, text: one.fresh(
        text=text, options={"spoiler": "Food", "sensitive": True, "visibility": "unlisted"}
    ),
    "picture": lambda one, text: one.fresh(format=Format.IMAGE, text=text, media=(picture(),)),
    "four": lambda one, text: one.fresh(
        format=Format.CAROUSEL,
        text=text,
        media=tuple(picture(shade=shade, width=64, height=64) for shade in range(1, 5)),
    ),
    "film": lambda one, text: one.fresh(format=Format.VIDEO, text=text, media=(clip(width=64, height=64, seconds=1),)),
    "poll": lambda one, text: one.fresh(
        format=Format.POLL, text=text, poll=Poll(("Tea", "Coffee"), 3600, multiple=True)
    ),
}


def make(mode: Mode) -> type[MastodonSamples]:
    """Make the samples for another kind of server."""
    attributes: dict[str, Any] = {"mode": mode}
    return type(f"{mode.name.title()}Samples", (MastodonSamples,), attributes)
