"""The sign-in and consent screens of the authorization-code flow: real pages, for a person or a browser in a test."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from postroom.networks.sandbox.server.accounts import SCOPES, create_account
from postroom.networks.sandbox.server.answers import Refusal
from postroom.networks.sandbox.server.kinds import KINDS
from postroom.networks.sandbox.server.pages import consent_page, failed_page, sign_in_page
from postroom.networks.sandbox.server.storage import Row, Store, store_of
from postroom.networks.sandbox.server.tokens import make_code

COOKIE = "sandbox_sign_in"
COOKIE_SECONDS = 3600
ASKED = ("client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method", "response_type")


async def authorize(request: web.Request) -> web.Response:
    """Show the sign-in page, or, signed in, the consent page."""
    store = store_of(request)
    asked = _asked(dict(request.query))
    if isinstance(asked, str):
        return _page(failed_page(asked), status=400)
    account = _signed_in(store, request)
    if account is None or request.query.get("switch"):
        return _page(sign_in_page(store.all("select * from account order by name limit 50"), KINDS, asked))
    return _page(consent_page(account, asked, SCOPES, _form_key(store, request)))


async def sign_in(request: web.Request) -> web.Response:
    """Sign in as one of the accounts, or as a new one."""
    store, form = store_of(request), await request.post()
    values = {name: str(value) for name, value in form.items()}
    asked = _asked(values)
    if isinstance(asked, str):
        return _page(failed_page(asked), status=400)
    try:
        account = create_account(store, name=values.get("name", ""), kind=values.get("kind", ""))
    except Refusal as refusal:
        accounts = store.all("select * from account order by name limit 50")
        return _page(sign_in_page(accounts, KINDS, asked, problem=refusal.message), status=422)
    response = web.HTTPSeeOther(f"/oauth/authorize?{urlencode(asked)}")
    value = f"{account['id']}.{int(time.time()) + COOKIE_SECONDS}.{secrets.token_hex(8)}"
    signed = f"{value}.{_signature(store, value)}"
    response.set_cookie(COOKIE, signed, max_age=COOKIE_SECONDS, httponly=True, samesite="Lax", path="/oauth")
    raise response


async def decide(request: web.Request) -> web.Response:
    """Send the owner back with a code, or with the news that they said no."""
    store, form = store_of(request), await request.post()
    values = {name: str(value) for name, value in form.items()}
    asked = _asked(values)
    if isinstance(asked, str):
        return _page(failed_page(asked), status=400)
    account = _signed_in(store, request)
    if account is None or not hmac.compare_digest(values.get("form_key", ""), _form_key(store, request)):
        return _page(failed_page("This page is too old. Go back and start once more."), status=403)
    if values.get("decision") == "yes":
        back = {"code": make_code(store, account, asked), "state": asked["state"]}
    else:
        back = {"error": "access_denied", "error_description": "The owner said no", "state": asked["state"]}
    joined = "&" if urlsplit(asked["redirect_uri"]).query else "?"
    raise web.HTTPSeeOther(f"{asked['redirect_uri']}{joined}{urlencode(back)}")


def _asked(values: dict[str, str]) -> dict[str, str] | str:
    """Give the request's parameters, checked; or a sentence on what is wrong with them."""
    asked = {name: values.get(name, "") for name in ASKED}
    asked["scope"] = asked["scope"] or " ".join(SCOPES)
    target = urlsplit(asked["redirect_uri"])
    if not asked["client_id"]:
        return "The app did not say who it is (client_id)."
    if target.scheme not in {"http", "https"} or not target.hostname:
        return "The app did not say where to go back to (redirect_uri)."
    if asked["response_type"] != "code" or asked["code_challenge_method"] != "S256" or not asked["code_challenge"]:
        return "The sandbox needs response_type=code with PKCE (S256)."
    unknown = set(asked["scope"].split()) - set(SCOPES)
    if unknown:
        return f"The sandbox has no scope {', '.join(sorted(unknown))}; it has {', '.join(SCOPES)}."
    return asked


def _signature(store: Store, value: str) -> str:
    return hmac.new(store.admin_token.encode(), value.encode(), hashlib.sha256).hexdigest()


def _form_key(store: Store, request: web.Request) -> str:
    """Bind the consent form to this sign-in, so that no other page can press its button."""
    return _signature(store, f"form {request.cookies.get(COOKIE, '')}")


def _signed_in(store: Store, request: web.Request) -> Row | None:
    value, _, signature = request.cookies.get(COOKIE, "").rpartition(".")
    if not value or not hmac.compare_digest(signature, _signature(store, value)):
        return None
    account_id, until, _ = value.split(".")
    if int(until) < time.time():
        return None
    return store.one("select * from account where id = ?", account_id)


def _page(html: str, *, status: int = 200) -> web.Response:
    return web.Response(text=html, content_type="text/html", status=status)
