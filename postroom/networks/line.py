"""The line: an open, logged, size- and time-limited HTTP client bound to one channel. All that an adapter gets.

The engine sets `touch` and `keyed` before each step; from them and the network's error rows a failed call becomes
`Stop(verdict)`, so an adapter's happy path reads straight down. Bodies and headers are never logged, query strings
neither: they hold tokens and unpublished text. A server that echoes a secret in its refusal doesn't get it into a
verdict: what this line sent or holds as a secret is blotted out of the network's words.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import aiohttp
import orjson
import structlog
from yarl import URL

from postroom.kit.http import Guard, Refused
from postroom.networks import verdicts
from postroom.networks.verdicts import Rejected, Stop, Touch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence

    from postroom.networks.shape import App, Network, Tokens

log = structlog.get_logger("postroom.line")
_level = logging.getLogger("postroom.line")
REMEMBERED = 10_000
"""Addresses that the guard has passed and needn't see again; names are resolved and checked at every connection."""

CAP = 4 * 1024 * 1024
"""Bytes of an answer that are read at most, unless the call names another cap."""
SECRET_AT_LEAST = 8
"""Shorter values than this are no keys, and striking them out would only garble messages."""
NO_BODY = frozenset({204, 304})
SECRET_FIELDS = frozenset(
    {"access_token", "client_assertion", "client_secret", "code", "code_verifier", "password", "refresh_token", "token"}
)
"""Fields of forms and JSON whose values must not show in a verdict."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `headers` are case-insensitive; `body` is whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    touch: Touch = Touch.LOOKS

    def json(self) -> Any:
        """Parse the body; an unreadable one is a verdict (Unsure where it may have published)."""
        try:
            return orjson.loads(self.body)
        except ValueError:
            raise Stop(verdicts.unreadable("the answer was not JSON", self.touch)) from None

    def field(self, *path: str | int) -> Any:
        """Take one value out of the JSON body by its path; a missing one is a verdict, not a KeyError."""
        value = self.json()
        for key in path:
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                name = ".".join(map(str, path))
                raise Stop(verdicts.unreadable(f"the answer has no {name}", self.touch)) from None
        return value


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart form: a value, or a file whose content is streamed."""

    name: str
    content: str | bytes | AsyncIterator[bytes]
    filename: str | None = None
    mime: str | None = None


@dataclass(frozen=True, slots=True)
class Who:
    """The channel a line is bound to, as far as an adapter may know it."""

    network_user_id: str = ""
    username: str = ""
    server: str = ""
    learned: Mapping[str, Any] | None = None


class Line:
    """One channel's line to its network. Made by the engine (or a verb), used for one publication or request."""

    __slots__ = (
        "_sent",
        "app",
        "calls",
        "guard",
        "keyed",
        "memory",
        "network",
        "now",
        "session",
        "status",
        "timeout",
        "tokens",
        "touch",
        "who",
    )

    def __init__(
        self,
        *,
        network: Network,
        session: aiohttp.ClientSession,
        guard: Guard,
        who: Who | None = None,
        tokens: Tokens | None = None,
        app: App | None = None,
        memory: dict[str, str] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        timeout: float = 30,
    ) -> None:
        """Bind a session to a channel. `memory`: small per-channel scratch kept between lines (DPoP nonces)."""
        self.network, self.session, self.guard = network, session, guard
        self.who, self.tokens, self.app = who or Who(), tokens, app
        self.memory = {} if memory is None else memory
        self.now, self.timeout = now, timeout
        self.touch, self.keyed = Touch.LOOKS, False
        self.calls = 0
        self.status: int | None = None
        """Of the last answer."""
        self._sent: tuple[Any, ...] = ()

    async def call(
        self,
        method: str,
        url: str,
        *,
        query: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
        json: Any = None,
        form: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
        body: bytes | AsyncIterator[bytes] | None = None,
        parts: Sequence[Part] | None = None,
        headers: Mapping[str, str] | None = None,
        signed: bool = True,
        accept: Collection[int] = (),
        cap: int = CAP,
        timeout: float | None = None,  # noqa: ASYNC109 - handed to aiohttp
    ) -> Answer:
        """Make one call and answer what came back.

        `url`: absolute, or a path on the channel's server. `accept`: statuses outside 2xx that the adapter wants to see
        itself; every other failure raises `Stop(verdict)` by the error table. `timeout` in seconds, `cap` in bytes.
        """
        if url.startswith("/"):
            url = self.who.server + url
        sent_headers = dict(headers or {})
        data: Any = body
        if json is not None:
            data = orjson.dumps(json)
            sent_headers.setdefault("Content-Type", "application/json")
        elif form is not None:
            data = aiohttp.FormData(dict(form) if hasattr(form, "keys") else list(form))
        elif parts is not None:
            data = _multipart(parts)
        if signed and self.tokens is not None:
            for name, value in self.network.sign(self.tokens, method, url).items():
                sent_headers.setdefault(name, value)
        self._sent = (sent_headers, form, json)
        answer = await self._send(
            method, url, query=query, data=data, headers=sent_headers, cap=cap, seconds=timeout or self.timeout
        )
        if 200 <= answer.status < 300 or answer.status in accept:
            return answer
        raise Stop(self.judge(answer))

    def judge(self, answer: Answer) -> verdicts.Verdict:
        """Give the table's verdict on an answer, in this line's touch; what opens the channel is struck out of it."""
        return verdicts.judge(
            answer,
            touch=self.touch,
            keyed=self.keyed,
            rows=self.network.errors,
            read_error=self._read_error,
            now=self.now(),
        )

    def _read_error(self, answer: Any) -> tuple[str, str]:
        """Read an error, without our keys: a server may echo them, and its words go into errors and history."""
        code, message = self.network.read_error(answer)
        for secret in self._secrets():
            code, message = code.replace(secret, "•••"), message.replace(secret, "•••")
        return code, message

    def _secrets(self) -> list[str]:
        """List what must not show: the tokens and app of this line, and the secret fields of the last call."""
        found: list[Any] = []
        if self.tokens is not None:
            found += [self.tokens.access, self.tokens.refresh, *self.tokens.extra.values()]
        if self.app is not None:
            found += [self.app.client_secret, *self.app.extra.values()]
        for sent in self._sent:
            fields = dict(sent) if sent is not None and not isinstance(sent, (list, str)) else {}
            found += [value for name, value in fields.items() if name in SECRET_FIELDS]
            found += str(fields.get("Authorization", "")).split()[1:]
        texts = {text for text in found if isinstance(text, str) and len(text) >= SECRET_AT_LEAST}
        return sorted(texts, key=len, reverse=True)

    async def _send(
        self, method: str, url: str, *, query: Any, data: Any, headers: dict[str, str], cap: int, seconds: float
    ) -> Answer:
        began, self.calls = time.monotonic(), self.calls + 1
        target = self._target(url)
        status, outcome = 0, "answered"
        try:
            async with self.session.request(
                method,
                target,
                params=query,
                data=data,
                headers=headers,
                allow_redirects=False,
                timeout=_patience(seconds),
            ) as response:
                status = self.status = response.status
                content = await _read_capped(response, cap, self.touch)
                return Answer(status, response.headers, content, self.touch)
        except (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError) as error:
            outcome = "not sent"
            raise _not_sent(error, target) from None
        except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError, OSError) as error:
            outcome = "silence"
            why = f"{target.host} did not answer ({type(error).__name__})"
            raise Stop(verdicts.silent(why, self.touch, keyed=self.keyed)) from None
        finally:
            # Asked first: making up a line that nobody reads costs as much as a call.
            if _level.isEnabledFor(logging.DEBUG):
                log.debug(
                    "call",
                    network=self.network.name,
                    method=method,
                    host=target.host,
                    path=target.path,
                    status=status,
                    outcome=outcome,
                    ms=round((time.monotonic() - began) * 1000, 1),
                )

    def _target(self, url: str) -> URL:
        """Read an address and let the guard see it as it will be called; one we can't or may not call is refused."""
        passed = self.guard.passed.get(url)
        if passed is not None:
            return passed
        try:
            target = URL(url)
            self.guard.check_url(str(target))
        except (Refused, ValueError) as error:
            log.debug("call", network=self.network.name, outcome="refused")
            why = str(error) if isinstance(error, Refused) else "this is not an address that can be called"
            raise Stop(Rejected(why)) from None
        if len(self.guard.passed) < REMEMBERED and "?" not in url:
            self.guard.passed[url] = target
        return target


@functools.cache
def _patience(seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=seconds, sock_connect=10)


def _not_sent(error: Exception, target: URL) -> Stop:
    inner = getattr(error, "os_error", None)
    if isinstance(inner, Refused):
        return Stop(Rejected(str(inner)))
    return Stop(verdicts.unsent(f"{target.host} could not be reached ({type(error).__name__})"))


async def _read_capped(response: aiohttp.ClientResponse, cap: int, touch: Touch) -> bytes:
    """Read the body, up to `cap` bytes; a longer one is an answer we can't read."""
    if response.status in NO_BODY:
        return b""
    length = response.content_length
    if length is not None and length <= cap and "Content-Encoding" not in response.headers:
        return await response.read()
    chunks, size = [], 0
    async for chunk in response.content.iter_any():
        size += len(chunk)
        if size > cap:
            response.close()
            raise Stop(verdicts.unreadable(f"the answer was longer than {cap} bytes", touch))
        chunks.append(chunk)
    return b"".join(chunks)


def _multipart(parts: Sequence[Part]) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)
    for part in parts:
        if part.filename is None:
            form.add_field(part.name, part.content)
        else:
            form.add_field(
                part.name, part.content, filename=part.filename, content_type=part.mime or "application/octet-stream"
            )
    return form
