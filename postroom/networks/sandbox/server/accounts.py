"""Accounts and the tokens that open them."""

from __future__ import annotations

import re
import secrets
import time
import zlib
from typing import Any

from aiohttp import web

from postroom.networks.sandbox.server.answers import Refusal, answer, read_json
from postroom.networks.sandbox.server.kinds import KINDS, Kind
from postroom.networks.sandbox.server.storage import Row, Store, digest, new_id, store_of

NAME = re.compile(r"[a-z0-9](?:[a-z0-9_.-]{0,28}[a-z0-9])?")
SCOPES = {"read": "see the account and its posts", "publish": "upload, publish and delete", "numbers": "read counters"}
TOKEN_SECONDS = 3600
POSTS_A_DAY = 500
ACCOUNT = web.RequestKey("account", Row)
DAY = 86_400


def create_account(store: Store, *, name: str, kind: str, display_name: str = "") -> Row:
    """Make an account, or give the one of that name. Raises `Refusal` for a name or kind that can't be."""
    name = name.strip().lower().lstrip("@")
    if not NAME.fullmatch(name):
        raise Refusal(422, "invalid_name", "A name has 1 to 30 letters a-z, digits, dots, dashes", field="name")
    found = store.one("select * from account where name = ?", name)
    if found:
        return found
    if kind not in KINDS:
        raise Refusal(422, "invalid_kind", f"A kind is one of {', '.join(KINDS)}", field="kind")
    shown = display_name.strip()[:60] or name.replace("_", " ").replace(".", " ").replace("-", " ").title()
    store.run(
        "insert into account values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        new_id(), name, kind, shown, f"{KINDS[kind].label} in the sandbox", time.time(),
        400 + zlib.crc32(name.encode()) % 9_000, POSTS_A_DAY, TOKEN_SECONDS,
    )  # fmt: skip
    made = store.one("select * from account where name = ?", name)
    assert made is not None  # noqa: S101 - inserted one line above
    return made


def kind_of(account: Row) -> Kind:
    """Give the kind of an account."""
    return KINDS[account["kind"]]


def followers(store: Store, account: Row, now: float) -> int:
    """Count followers: they grow evenly, about one in four hundred a (sandbox) day."""
    days = (now - account["made_at"]) * store.speed / DAY
    return int(account["base_followers"] * (1 + days / 400))


def give_tokens(store: Store, account: Row, *, client_id: str, scopes: str) -> dict[str, Any]:
    """Open a grant: an access token that expires, and a refresh token for the next."""
    access, refresh = f"sbx_at_{secrets.token_urlsafe(24)}", f"sbx_rt_{secrets.token_urlsafe(24)}"
    store.run(
        "insert into grants values (?, ?, ?, ?, ?, ?, ?, null)",
        new_id(), account["id"], client_id, scopes, digest(access), digest(refresh),
        time.time() + account["token_seconds"],
    )  # fmt: skip
    return token_answer(account, access, refresh, scopes)


def token_answer(account: Row, access: str, refresh: str, scopes: str) -> dict[str, Any]:
    """Write the answer of a token endpoint (RFC 6749, section 5.1)."""
    return {
        "access_token": access, "refresh_token": refresh, "token_type": "Bearer", "scope": scopes,
        "expires_in": account["token_seconds"], "account": account["name"],
    }  # fmt: skip


def signed_in(store: Store, header: str) -> tuple[Row | None, str]:
    """Find the account that a bearer token opens; else (None, the error's code)."""
    word, _, token = header.partition(" ")
    if word.lower() != "bearer" or not token:
        return None, "missing_token"
    grant = store.one("select * from grants where access_hash = ?", digest(token.strip()))
    if grant is None:
        return None, "invalid_token"
    if grant["revoked_at"] is not None:
        return None, "revoked_token"
    if grant["access_expires_at"] < time.time():
        return None, "expired_token"
    return store.one("select * from account where id = ?", grant["account_id"]), ""


def demand(request: web.Request) -> Row:
    """Give the account that calls, or refuse with 401."""
    account: Row | None = request.get(ACCOUNT)
    if account is None:
        _, why = signed_in(store_of(request), request.headers.get("Authorization", ""))
        raise Refusal(401, why or "invalid_token", "The access token does not open an account")
    return account


async def me(request: web.Request) -> web.Response:
    """Tell who calls, what this kind of account can do, and its limits."""
    account, store, now = demand(request), store_of(request), time.time()
    kind = kind_of(account)
    count = store.one("select count(*) as n from post where account_id = ? and deleted_at is null", account["id"])
    return answer(
        {
            "id": account["id"], "name": account["name"], "display_name": account["display_name"],
            "bio": account["bio"], "url": f"{request.url.origin()}/@{account['name']}",
            "avatar": f"{request.url.origin()}/avatar/{account['name']}.svg",
            "followers": followers(store, account, now), "following": 17, "posts": count["n"] if count else 0,
            "kind": kind.name, "style": kind.style, "idempotent": kind.idempotent, "lookup": kind.lookup,
            "formats": list(kind.formats), "limits": kind.limits | {"posts": account["posts_a_day"]},
        }
    )  # fmt: skip


async def direct(request: web.Request) -> web.Response:
    """Give tokens for an account by its name alone, making it when there is none: for demo and tests."""
    body, store = await read_json(request), store_of(request)
    account = create_account(store, name=str(body.get("name", "")), kind=str(body.get("kind") or "microblog"))
    return answer(give_tokens(store, account, client_id="direct", scopes=" ".join(SCOPES)))
