"""A server that speaks Mastodon's API, on loopback: strict about what it is sent, and it remembers what became public.

`Fake(mode)` holds everything; `application()` serves it. `say` puts an answer before the next call that fits.
"""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from tests.networks.mastodon import consent, uploads
from tests.networks.mastodon.modes import MASTODON, Mode
from tests.networks.mastodon.statuses import Statuses


@dataclass
class Account:
    """Somebody who lives on this server."""

    id: str
    username: str


@dataclass
class Grant:
    """A token: for whom, for what, until when."""

    account: Account
    scopes: tuple[str, ...]
    client_id: str
    refresh: str | None = None
    is_revoked: bool = False


@dataclass
class Said:
    """An answer that waits for its call."""

    method: str
    path: str
    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)


class Fake:
    """One server and all that it knows."""

    def __init__(self, mode: Mode = MASTODON) -> None:
        self.mode = mode
        self.accounts: dict[str, Account] = {}
        self.apps: dict[str, dict[str, str]] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.grants: dict[str, Grant] = {}
        self.files: dict[str, uploads.File] = {}
        self.public: list[dict[str, Any]] = []
        """Every status that is public now, oldest first."""
        self.keys: dict[tuple[str, str], str] = {}
        self.requests: list[tuple[str, str, Any]] = []
        """(method, path, JSON or form) of every call that came in, for the tests to look at."""
        self.said: list[Said] = []
        self.left = 300
        self._numbers = itertools.count(111_000_000_000_000_001)
        self.statuses = Statuses(self)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.mode.clock_ahead)

    def new_id(self) -> str:
        return str(uuid.uuid4()) if self.mode.ids == "uuid" else str(next(self._numbers))

    def account(self, username: str) -> Account:
        return self.accounts.setdefault(username, Account(self.new_id(), username))

    def of(self, account_id: str) -> list[dict[str, Any]]:
        return [one for one in self.public if one["account"]["id"] == account_id]

    def say(self, method: str, path: str, status: int, body: str, *, times: int = 1, **headers: str) -> None:
        """Answer the next `times` calls whose path begins like this by something else."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.said += [Said(method, path, status, body, named)] * times

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self._guard], client_max_size=1 << 30)
        app.add_routes(
            [
                *consent.routes(self),
                *uploads.routes(self),
                *self.statuses.routes(),
                web.get("/api/v1/accounts/verify_credentials", self._verify),
                web.get("/api/v2/instance", self._instance_v2),
                web.get("/api/v1/instance", self._instance_v1),
            ]
        )
        return app

    async def make(self) -> web.Application:
        return self.application()

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        """Record the call, give a waiting answer, check the token where one is sent, tell the rate."""
        body = await request.json() if request.content_type == "application/json" else None
        self.requests.append((request.method, request.path_qs, body))
        for one in self.said:
            if one.method == request.method and request.path.startswith(one.path):
                self.said.remove(one)
                kind = "application/json" if one.body.startswith("{") else "text/html"
                return web.Response(status=one.status, text=one.body, headers=one.headers, content_type=kind)
        try:
            response: web.StreamResponse = await handler(request)
        except web.HTTPNotFound:
            response = problem(404, "Record not found")
        except Problem as error:
            response = error.response
        reset = (self.now() + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        response.headers.update(
            {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": str(self.left), "X-RateLimit-Reset": reset}
        )
        response.headers["Date"] = self.now().strftime("%a, %d %b %Y %H:%M:%S GMT")
        return response

    def enter(self, request: web.Request, *scopes: str) -> Account:
        """Give the account of the call's token; all refusals as this server words them."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        grant = self.grants.get(token)
        if grant is None or grant.is_revoked:
            status, body = self.mode.unauthorised
            if grant is not None and self.mode is MASTODON:
                body = '{"error":"The access token was revoked"}'
            kind = "application/json" if body.startswith("{") else "text/plain"
            raise Problem(web.Response(status=status, text=body, content_type=kind))
        if scopes and not {one for scope in scopes for one in (scope, scope.partition(":")[0])} & set(grant.scopes):
            raise Problem(problem(403, "This action is outside the authorized scopes"))
        return grant.account

    async def _verify(self, request: web.Request) -> web.Response:
        account = self.enter(request, "profile", "read:accounts")
        return web.json_response(
            self.shown(account)
            | {"source": {"note": f"I am {account.username}"}, "note": f"<p>I am {account.username}</p>"}
            | {"followers_count": 7, "following_count": 3, "statuses_count": len(self.of(account.id))}
        )

    def shown(self, account: Account) -> dict[str, Any]:
        return {
            "id": account.id,
            "username": account.username,
            "acct": account.username,
            "display_name": account.username.title(),
            "url": f"https://fake.example/@{account.username}",
            "avatar": "https://fake.example/avatar.png",
        }

    def configuration(self) -> dict[str, Any]:
        return {
            "statuses": {
                "max_characters": self.mode.max_characters,
                "max_media_attachments": 4,
                "characters_reserved_per_url": 23,
            },
            "media_attachments": {
                "supported_mime_types": [
                    "image/jpeg",
                    "image/png",
                    "image/gif",
                    "image/webp",
                    "video/mp4",
                    "audio/ogg",
                ],
                "description_limit": 1500,
                "image_size_limit": 16_777_216,
                "image_matrix_limit": 33_177_600,
                "video_size_limit": 103_809_024,
                "video_frame_rate_limit": 120,
                "video_matrix_limit": 8_294_400,
            },
            "polls": {
                "max_options": 4,
                "max_characters_per_option": 50,
                "min_expiration": 300,
                "max_expiration": 2_629_746,
            },
        }

    async def _instance_v2(self, request: web.Request) -> web.Response:
        if self.mode.instance != "v2":
            raise web.HTTPNotFound
        return web.json_response(
            {"domain": "fake.example", "version": "4.5.0", "configuration": self.configuration(), "api_versions": {}}
        )

    async def _instance_v1(self, request: web.Request) -> web.Response:
        if self.mode.instance == "bare":
            limits = {"max_options": 20, "max_option_chars": 200, "min_expiration": 0, "max_expiration": 31_536_000}
            return web.json_response(
                {"uri": "https://fake.example", "version": "2.7.2 (compatible; Bare 1.0)", "poll_limits": limits}
                | {"max_toot_chars": self.mode.max_characters, "upload_limit": 16_000_000, "description_limit": 5000}
            )
        if self.mode.instance == "none":
            raise web.HTTPNotFound
        return web.json_response({"uri": "fake.example", "version": "3.5.0", "configuration": self.configuration()})


class Problem(Exception):
    """An answer that ends the call."""

    def __init__(self, response: web.Response) -> None:
        super().__init__(response.status)
        self.response = response


def problem(status: int, error: str, **more: str) -> web.Response:
    """Word an error as Mastodon does."""
    return web.json_response({"error": error, **more}, status=status)
