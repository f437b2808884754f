"""The token endpoint (code with PKCE, rotating refresh) and revocation: RFC 6749, 7636, 7009."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from typing import Any

from aiohttp import web

from postroom.networks.sandbox.server.accounts import give_tokens, token_answer
from postroom.networks.sandbox.server.answers import Refusal, answer
from postroom.networks.sandbox.server.storage import Row, Store, digest, store_of

CODE_SECONDS = 120


async def token(request: web.Request) -> web.Response:
    """Trade a code or a refresh token for new tokens."""
    form, store = await request.post(), store_of(request)
    asked = {name: str(value) for name, value in form.items()}
    match asked.get("grant_type"):
        case "authorization_code":
            return answer(_by_code(store, asked))
        case "refresh_token":
            return answer(_by_refresh(store, asked))
    raise Refusal(400, "unsupported_grant_type", "authorization_code and refresh_token are known here")


def make_code(store: Store, account: Row, asked: dict[str, str]) -> str:
    """Make a code for one use within two minutes, bound to client, redirect and challenge."""
    code = secrets.token_urlsafe(24)
    store.run(
        "insert into code values (?, ?, ?, ?, ?, ?, ?)",
        digest(code), account["id"], asked["client_id"], asked["redirect_uri"], asked["scope"],
        asked["code_challenge"], time.time() + CODE_SECONDS,
    )  # fmt: skip
    return code


def _by_code(store: Store, asked: dict[str, str]) -> dict[str, Any]:
    found = store.one("select * from code where code_hash = ?", digest(asked.get("code", "")))
    if found is None or found["expires_at"] < time.time():
        raise Refusal(400, "invalid_grant", "The code is unknown, used or too old")
    store.run("delete from code where code_hash = ?", found["code_hash"])
    verifier = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
    fits = (
        hmac.compare_digest(challenge, found["challenge"])
        and asked.get("client_id") == found["client_id"]
        and asked.get("redirect_uri") == found["redirect_uri"]
    )
    if not fits:
        raise Refusal(400, "invalid_grant", "The code was given to another client, redirect or verifier")
    return give_tokens(store, _account(store, found), client_id=found["client_id"], scopes=found["scopes"])


def _by_refresh(store: Store, asked: dict[str, str]) -> dict[str, Any]:
    """Rotate: the old refresh token is spent, and using it again ends the grant."""
    given = digest(asked.get("refresh_token", ""))
    spent = store.one("select grant_id from spent where refresh_hash = ?", given)
    if spent:
        store.run(
            "update grants set revoked_at = ? where id = ? and revoked_at is null", time.time(), spent["grant_id"]
        )
        raise Refusal(400, "invalid_grant", "A refresh token was used twice: the connection is revoked")
    grant = store.one("select * from grants where refresh_hash = ? and revoked_at is null", given)
    if grant is None:
        raise Refusal(400, "invalid_grant", "The refresh token is unknown or revoked")
    account = _account(store, grant)
    access, refresh = f"sbx_at_{secrets.token_urlsafe(24)}", f"sbx_rt_{secrets.token_urlsafe(24)}"
    with store.transaction():
        store.run("insert into spent values (?, ?)", given, grant["id"])
        store.run(
            "update grants set access_hash = ?, refresh_hash = ?, access_expires_at = ? where id = ?",
            digest(access), digest(refresh), time.time() + account["token_seconds"], grant["id"],
        )  # fmt: skip
    return token_answer(account, access, refresh, grant["scopes"])


async def revoke(request: web.Request) -> web.Response:
    """End a grant by either of its tokens; an unknown token is no error (RFC 7009, section 2.2)."""
    form, store = await request.post(), store_of(request)
    given = digest(str(form.get("token", "")))
    store.run(
        "update grants set revoked_at = ? where (access_hash = ? or refresh_hash = ?) and revoked_at is null",
        time.time(), given, given,
    )  # fmt: skip
    return answer({})


def _account(store: Store, row: Row) -> Row:
    account = store.one("select * from account where id = ?", row["account_id"])
    if account is None:
        raise Refusal(400, "invalid_grant", "The account is gone")
    return account
