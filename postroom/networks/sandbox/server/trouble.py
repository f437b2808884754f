"""Trouble on demand: armed for an account and an endpoint by the admin, or asked for by a post itself."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from postroom.networks.sandbox.server.answers import Refusal, answer, read_json
from postroom.networks.sandbox.server.storage import Store, store_of

CALL_TROUBLE = {
    "latency": "answers only after `seconds`",
    "limited": "429, with Retry-After when `retry_after` is given",
    "fails_before": "503 without having accepted",
    "fails_after": "503 although it was accepted",
    "cut_before": "the connection is cut, nothing was accepted",
    "cut_after": "the connection is cut after it was accepted",
    "unreadable": "accepted, and answered with 200 and nonsense",
    "torn": "accepted, and cut in the middle of the answer",
    "unauthorised": "401, as if the token had expired",
    "refused": "422: the content is not wanted here",
}
MEDIA_TROUBLE = {"slow_media": "processing an upload takes `seconds`", "failing_media": "processing an upload fails"}
BEFORE = frozenset({"limited", "fails_before", "cut_before", "unauthorised", "refused"})
ASKED: dict[str, tuple[str, bool]] = {
    "busy": ("fails_before", False), "down": ("fails_before", True), "limited": ("limited", False),
    "lost_answer": ("cut_after", False), "never_arrived": ("cut_before", False), "unreadable": ("unreadable", False),
    "refused": ("refused", True), "expired": ("unauthorised", False), "slow": ("latency", False),
    "unknown": ("cut_after", False),
}  # fmt: skip
"""What a post may ask for: the trouble, and whether it strikes every time (else once for each sender's key)."""
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Strike:
    """One trouble about to strike."""

    what: str
    seconds: float = 0
    retry_after: str = ""


def take(store: Store, account: str, endpoint: str, *, only: dict[str, str]) -> Strike | None:
    """Take the next trouble in store for this call, oldest first, and count it down."""
    marks = ", ".join("?" * len(only))
    row = store.one(
        f"select * from trouble where account in (?, '*') and endpoint in (?, '*') and what in ({marks}) order by id",  # noqa: S608 - only question marks
        account, endpoint, *only,
    )  # fmt: skip
    if row is None:
        return None
    store.run("update trouble set times = times - 1 where id = ?", row["id"])
    store.run("delete from trouble where times <= 0")
    return Strike(row["what"], row["seconds"], row["retry_after"])


def asked_for(store: Store, account_id: str, body: dict[str, Any]) -> Strike | None:
    """Give the trouble a post asks for, if it is due."""
    what = str(body.get("trouble") or "")
    if what not in ASKED:
        return None
    strike, always = ASKED[what]
    if not always and not store.run(
        "insert into struck values (?, ?) on conflict do nothing", account_id, str(body.get("key", ""))
    ):
        return None
    return Strike(strike, seconds=5, retry_after="20")


async def suffer(
    strike: Strike | None, request: web.Request, act: Callable[[], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Let the strike happen around (or instead of) the act."""
    if strike is None:
        return await act()
    if strike.what == "latency":
        await asyncio.sleep(strike.seconds)
        return await act()
    done = None if strike.what in BEFORE else await act()
    match strike.what:
        case "limited":
            headers = {"Retry_After": strike.retry_after} if strike.retry_after else {}
            raise Refusal(429, "rate_limited", "Too many calls", **headers)
        case "unauthorised":
            raise Refusal(401, "expired_token", "The access token has expired")
        case "refused":
            raise Refusal(422, "unwanted_content", "This content is not wanted in the sandbox", field="text")
        case "unreadable":
            return web.Response(text="<html>Something went fine, we think</html>", content_type="text/html")
        case "cut_before" | "cut_after" | "torn":
            return await _cut(request, done if strike.what == "torn" else None)
    raise Refusal(503, "unavailable", "The sandbox is busy, try again later")


async def _cut(request: web.Request, done: web.StreamResponse | None) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    if done is not None:
        response.content_length = 1000
        await response.prepare(request)
        await response.write(b'{"id": "')
    if request.transport is not None:
        request.transport.close()
    return response


def demand_admin(request: web.Request) -> Store:
    """Let only the holder of the admin token pass."""
    store, given = store_of(request), request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), store.admin_token.encode()):
        raise Refusal(401, "admin_only", "The admin token of this sandbox is needed (see its data folder)")
    return store


async def arm(request: web.Request) -> web.Response:
    """Arm trouble: {"what", "account": name or "*", "endpoint": name or "*", "times", "seconds", "retry_after"}."""
    store, body = demand_admin(request), await read_json(request)
    what, known = str(body.get("what", "")), CALL_TROUBLE | MEDIA_TROUBLE
    if what not in known:
        raise Refusal(422, "invalid_trouble", f"what: found {what!r}; known are {', '.join(known)}", field="what")
    try:
        times, seconds = int(body.get("times", 1)), float(body.get("seconds", 5))
    except (TypeError, ValueError):
        raise Refusal(422, "invalid_trouble", "times and seconds are numbers", field="times") from None
    store.run(
        "insert into trouble (account, endpoint, what, times, seconds, retry_after) values (?, ?, ?, ?, ?, ?)",
        str(body.get("account") or "*"), str(body.get("endpoint") or "*"), what, times, seconds,
        str(body.get("retry_after") or ""),
    )  # fmt: skip
    return await show(request)


async def show(request: web.Request) -> web.Response:
    """List what is armed, and what could be."""
    store = demand_admin(request)
    armed = [dict(row) for row in store.all("select * from trouble order by id")]
    return answer({"armed": armed, "known": CALL_TROUBLE | MEDIA_TROUBLE, "posts_may_ask_for": list(ASKED)})


async def calm(request: web.Request) -> web.Response:
    """Disarm everything."""
    demand_admin(request).run("delete from trouble")
    return await show(request)
