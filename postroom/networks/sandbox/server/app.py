"""The application: its routes, and what happens around every call."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from aiohttp import web

from postroom.networks.sandbox.server import accounts, admin, media, oauth, posts, timeline, tokens, trouble
from postroom.networks.sandbox.server.answers import Refusal
from postroom.networks.sandbox.server.storage import STORE, Store, store_of

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
CALLS, WINDOW = 3000, 300
"""An account may make so many calls in so many seconds."""
WINDOWS = web.AppKey("windows", dict[str, tuple[int, int]])
PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def make_app(folder: Path, *, speed: float = 60.0, processing: float = 1.0) -> web.Application:
    """Make the sandbox over a data folder; `speed` and `processing` as in `Store`."""
    app = web.Application(middlewares=[_refusals, _pages, _api], client_max_size=1024 * 1024)
    app[STORE], app[WINDOWS] = Store(folder, speed=speed, processing=processing), {}
    app.cleanup_ctx.append(_closing)
    app.router.add_static("/static", Path(__file__).with_name("static"))
    app.add_routes(_api_routes() + _page_routes())
    return app


def _api_routes() -> list[web.RouteDef]:
    """The API; a route's name is the endpoint that trouble is armed for."""
    return [
        web.get("/api/me", accounts.me, name="me"),
        web.post("/api/media", media.upload, name="media"),
        web.get("/api/media/{id}", media.status, name="media_status"),
        web.post("/api/posts", posts.create, name="posts"),
        web.get("/api/posts", posts.listing, name="find"),
        web.delete("/api/posts/{id}", posts.delete, name="delete"),
        web.post("/api/containers", posts.stage, name="containers"),
        web.get("/api/containers/{id}", posts.container, name="container"),
        web.post("/api/containers/{id}/publish", posts.publish, name="publish"),
        web.get("/api/numbers", posts.numbers, name="numbers"),
        web.post("/oauth/token", tokens.token, name="token"),
        web.post("/oauth/revoke", tokens.revoke, name="revoke"),
        web.post("/direct", accounts.direct, name="direct"),
    ]


def _page_routes() -> list[web.RouteDef]:
    return [
        web.get("/", timeline.home),
        web.get("/feed", timeline.feed),
        web.get("/@{name}", timeline.profile),
        web.get("/p/{id}", timeline.permalink),
        web.get("/avatar/{name}.svg", timeline.avatar),
        web.get("/media/{id}", media.show),
        web.get("/oauth/authorize", oauth.authorize),
        web.post("/oauth/sign-in", oauth.sign_in),
        web.post("/oauth/decide", oauth.decide),
        web.get("/trouble", trouble.show),
        web.post("/trouble", trouble.arm),
        web.delete("/trouble", trouble.calm),
        web.get("/admin/accepted", admin.accepted),
        web.post("/admin/accounts", admin.account),
        web.post("/admin/posts", admin.post),
        web.post("/admin/expire", admin.expire),
    ]


async def _closing(app: web.Application) -> AsyncIterator[None]:
    yield
    app[STORE].close()


@web.middleware
async def _refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn refusals into answers."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return refusal.response()


@web.middleware
async def _pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give pages the headers that keep other sites out of them."""
    response = await handler(request)
    if response.content_type == "text/html" and not response.prepared:
        response.headers.update(PAGE_HEADERS)
    return response


@web.middleware
async def _api(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Sign in, count the call, let armed trouble strike."""
    endpoint = request.match_info.route.name
    if endpoint is None:
        return await handler(request)
    store = store_of(request)
    account, _ = accounts.signed_in(store, request.headers.get("Authorization", ""))
    name = ""
    if account is not None:
        request[accounts.ACCOUNT], name = account, account["name"]
    limits = _count_call(request.app, name) if name else {}
    strike = trouble.take(store, name, endpoint, only=trouble.CALL_TROUBLE)
    try:
        response = await trouble.suffer(strike, request, lambda: handler(request))
    except Refusal as refusal:
        response = refusal.response()
    if not response.prepared:
        response.headers.update(limits)
    return response


def _count_call(app: web.Application, name: str) -> dict[str, str]:
    """Count a call against the account's window; gives the headers that tell of it."""
    now = int(time.time())
    window, made = app[WINDOWS].get(name, (now // WINDOW, 0))
    if window != now // WINDOW:
        window, made = now // WINDOW, 0
    app[WINDOWS][name] = window, made + 1
    ends = (window + 1) * WINDOW
    headers = {
        "X-RateLimit-Limit": str(CALLS), "X-RateLimit-Remaining": str(max(0, CALLS - made - 1)),
        "X-RateLimit-Reset": str(ends),
    }  # fmt: skip
    if made >= CALLS:
        raise Refusal(429, "rate_limited", "Too many calls", Retry_After=str(ends - now), **headers)
    return headers
