"""What only the holder of the admin token may do: see all that was accepted, make accounts, end their tokens."""

from __future__ import annotations

import time

import orjson
from aiohttp import web

from postroom.networks.sandbox.server.accounts import create_account
from postroom.networks.sandbox.server.answers import Refusal, answer, read_json
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


async def expire(request: web.Request) -> web.Response:
    """End the access tokens of an account now ({"account", "revoke": true} ends the grants altogether)."""
    store, body = demand_admin(request), await read_json(request)
    column = "revoked_at" if body.get("revoke") else "access_expires_at"
    count = store.run(
        f"update grants set {column} = ? where account_id in (select id from account where name = ?)",  # noqa: S608 - one of two names
        time.time() - 1, str(body.get("account", "")),
    )  # fmt: skip
    return answer({"ended": count})
