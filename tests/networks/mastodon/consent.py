"""The fake server's OAuth: registration, consent page, code, PKCE, tokens, renewing, revoking."""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aiohttp import web

if TYPE_CHECKING:
    from tests.networks.mastodon.fake import Account, Fake

KNOWN = {"read:accounts", "read:statuses", "read:notifications", "write:statuses", "write:media", "read", "write"}
PAGE = """<!doctype html><title>Authorize</title><form method="post">
<p>{client} wants: {scope}</p>{hidden}<input name="username"><button name="allow" value="yes">Allow</button></form>"""


def routes(fake: Fake) -> list[web.RouteDef]:
    consent = Consent(fake)
    return [
        web.get("/.well-known/oauth-authorization-server", consent.metadata),
        web.post("/api/v1/apps", consent.register),
        web.get("/oauth/authorize", consent.page),
        web.post("/oauth/authorize", consent.decide),
        web.post("/oauth/token", consent.token),
        web.post("/oauth/revoke", consent.revoke),
    ]


def refused(status: int, code: str, words: str) -> web.Response:
    return web.json_response({"error": code, "error_description": words}, status=status)


class Consent:
    def __init__(self, fake: Fake) -> None:
        self.fake = fake

    def known_scopes(self) -> set[str]:
        return KNOWN | ({"profile"} if self.fake.mode.has_metadata else set())

    async def metadata(self, request: web.Request) -> web.Response:
        if not self.fake.mode.has_metadata:
            raise web.HTTPNotFound
        base = f"http://{request.host}"
        return web.json_response(
            {
                "issuer": base,
                "authorization_endpoint": f"{base}/oauth/authorize",
                "token_endpoint": f"{base}/oauth/token",
                "scopes_supported": sorted(self.known_scopes()),
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def register(self, request: web.Request) -> web.Response:
        form = await request.post()
        unknown = set(str(form["scopes"]).split()) - self.known_scopes()
        if unknown:
            return web.json_response(
                {"error": "Validation failed: Scopes doesn't match configured on the server."}, status=422
            )
        app = {
            "client_id": secrets.token_urlsafe(32),
            "client_secret": secrets.token_urlsafe(32),
            "redirect_uri": str(form["redirect_uris"]),
            "scopes": str(form["scopes"]),
            "name": str(form["client_name"]),
        }
        self.fake.apps[app["client_id"]] = app
        return web.json_response({**app, "id": "1", "client_secret_expires_at": 0})

    def _asked(self, query: Any) -> dict[str, str]:
        app = self.fake.apps.get(query.get("client_id", ""))
        if app is None or query.get("redirect_uri") != app["redirect_uri"] or query.get("response_type") != "code":
            raise web.HTTPBadRequest(text="The redirect uri included is not valid.")
        if not set(query.get("scope", "").split()) <= set(app["scopes"].split()):
            raise web.HTTPBadRequest(text="The requested scope is invalid, unknown, or malformed.")
        return dict(query)

    async def page(self, request: web.Request) -> web.Response:
        asked = self._asked(request.query)
        return web.Response(
            text=PAGE.format(client="Postroom", scope=asked["scope"], hidden=""), content_type="text/html"
        )

    async def decide(self, request: web.Request) -> web.Response:
        asked, form = self._asked(request.query), await request.post()
        back = {"state": asked.get("state", "")}
        if form.get("allow") == "yes":
            back["code"] = secrets.token_urlsafe(24)
            self.fake.codes[back["code"]] = asked | {"username": str(form["username"])}
        else:
            back |= {"error": "access_denied", "error_description": "The resource owner denied the request."}
        raise web.HTTPFound(f"{asked['redirect_uri']}?{urlencode(back)}")

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        app = self.fake.apps.get(str(form.get("client_id")))
        if app is None or app["client_secret"] != form.get("client_secret"):
            return refused(401, "invalid_client", "Client authentication failed due to unknown client.")
        if form["grant_type"] == "refresh_token":
            return self._renew(str(form.get("refresh_token")), app)
        asked = self.fake.codes.pop(str(form.get("code")), None)
        invalid = refused(400, "invalid_grant", "The provided authorization grant is invalid, expired, or revoked.")
        if asked is None or asked["redirect_uri"] != form.get("redirect_uri"):
            return invalid
        if "code_challenge" in asked and not _matches(asked["code_challenge"], str(form.get("code_verifier"))):
            return invalid
        if self.fake.mode.has_metadata and "code_challenge" not in asked:
            return invalid  # stricter than Mastodon, where PKCE is the client's choice
        return self._grant(self.fake.account(asked["username"]), asked["scope"], app)

    def _grant(self, account: Account, scope: str, app: dict[str, str]) -> web.Response:
        from tests.networks.mastodon.fake import Grant

        access, refresh = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        grant = Grant(account, tuple(scope.split()), app["client_id"], refresh if self.fake.mode.renews else None)
        self.fake.grants[access] = grant
        said: dict[str, Any] = {"access_token": access, "token_type": "Bearer", "scope": scope, "created_at": 1}
        if self.fake.mode.renews:
            said |= {"refresh_token": refresh, "expires_in": 7200}
        return web.json_response(said)

    def _renew(self, refresh: str, app: dict[str, str]) -> web.Response:
        if not self.fake.mode.renews:
            return refused(400, "unsupported_grant_type", "The authorization grant type is not supported.")
        for access, grant in list(self.fake.grants.items()):
            if grant.refresh == refresh and not grant.is_revoked:
                del self.fake.grants[access]
                return self._grant(grant.account, " ".join(grant.scopes), app)
        return refused(400, "invalid_grant", "The provided authorization grant is invalid, expired, or revoked.")

    async def revoke(self, request: web.Request) -> web.Response:
        form = await request.post()
        app = self.fake.apps.get(str(form.get("client_id")))
        if app is None or app["client_secret"] != form.get("client_secret"):
            return refused(403, "unauthorized_client", "You are not authorized to revoke this token")
        grant = self.fake.grants.get(str(form.get("token")))
        if grant is not None:
            grant.is_revoked = True
        return web.json_response({})


def _matches(challenge: str, verifier: str) -> bool:
    digest = hashlib.sha256(verifier.encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge
