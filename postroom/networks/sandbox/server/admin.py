"""What only the admin token's holder may do: see all that was accepted, make accounts and earlier posts, end tokens."""

from __future__ import annotations

import base64
import binascii
import hashlib
import time

import orjson
from aiohttp import web

from postroom.networks.sandbox.server.accounts import create_account
from postroom.networks.sandbox.server.answers import Refusal, answer, read_json
from postroom.networks.sandbox.server.media import sniff
from postroom.networks.sandbox.server.posts import accept, shown
from postroom.networks.sandbox.server.storage import Row, Store, new_id
from postroom.networks.sandbox.server.trouble import demand_admin


async def accepted(request: web.Request) -> web.Response:
    """List every post ever accepted (of ?account=name), deleted ones too, oldest first, with the sender's keys."""
    store, name = demand_admin(request), request.query.get("account")
    rows = store.all(
        "select post.*, account.name as account from post join account on account.id = post.account_id"
        " where ? is null or account.name = ? order by post.made_at, post.id",
        name, name,
    )  # fmt: skip
    posts = [
        {
            "id": row["id"], "account": row["account"], "key": row["client_key"], "format": row["format"],
            "text": row["text"], "reply_to": row["reply_to"], "root": row["root"], "made_at": row["made_at"],
            "deleted_at": row["deleted_at"], "media": orjson.loads(row["body"]).get("media", []),
        }
        for row in rows
    ]  # fmt: skip
    return answer({"posts": posts, "public": sum(post["deleted_at"] is None for post in posts)})


async def account(request: web.Request) -> web.Response:
    """Make or change an account: {"name", "kind", "display_name", "posts_a_day", "token_seconds"}."""
    store, body = demand_admin(request), await read_json(request)
    row = create_account(
        store, name=str(body.get("name", "")), kind=str(body.get("kind") or "microblog"),
        display_name=str(body.get("display_name") or ""),
    )  # fmt: skip
    for column in ("posts_a_day", "token_seconds"):
        value = body.get(column, row[column])
        if not isinstance(value, int) or value < 0:
            raise Refusal(422, "invalid_field", f"{column} is a whole number", field=column)
        store.run(f"update account set {column} = ? where id = ?", value, row["id"])  # noqa: S608 - from the tuple above
    return answer({"id": row["id"], "name": row["name"], "kind": row["kind"]})


async def post(request: web.Request) -> web.Response:
    """Make a post of an earlier day: {"account", "text", "format", "made_at", "pictures": [base64, …], "alt"}."""
    store, body = demand_admin(request), await read_json(request)
    row = store.one("select * from account where name = ?", str(body.get("account", "")))
    made_at = body.get("made_at")
    if row is None or not isinstance(made_at, int | float):
        raise Refusal(422, "invalid_field", "account is one that is there, made_at seconds since 1970", field="account")
    media = [_picture(store, row, one, str(body.get("alt", "")), made_at) for one in body.get("pictures", ())]
    what = {"format": str(body.get("format") or "text"), "text": str(body.get("text", "")), "media": media}
    return answer(shown(request, accept(store, row, what, made_at=made_at)), status=201)


def _picture(store: Store, account: Row, encoded: object, alt: str, made_at: float) -> str:
    try:
        content = base64.b64decode(str(encoded), validate=True)
    except binascii.Error:
        raise Refusal(422, "invalid_field", "pictures are base64", field="pictures") from None
    media_id = new_id()
    store.file(media_id).write_bytes(content)
    store.run(
        "insert into media values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        media_id, account["id"], sniff(content[:16]), len(content), hashlib.sha256(content).hexdigest(), alt, made_at,
        "", made_at,
    )  # fmt: skip
    return media_id


async def expire(request: web.Request) -> web.Response:
    """End the access tokens of an account now ({"account", "revoke": true} ends the grants altogether)."""
    store, body = demand_admin(request), await read_json(request)
    column = "revoked_at" if body.get("revoke") else "access_expires_at"
    count = store.run(
        f"update grants set {column} = ? where account_id in (select id from account where name = ?)",  # noqa: S608 - one of two names
        time.time() - 1, str(body.get("account", "")),
    )  # fmt: skip
    return answer({"ended": count})
