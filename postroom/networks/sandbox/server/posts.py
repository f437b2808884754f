"""Publishing in both styles, finding again, deleting, counting."""

from __future__ import annotations

import time
from typing import Any

import orjson
from aiohttp import web

from postroom.networks.sandbox.server import engagement
from postroom.networks.sandbox.server.accounts import DAY, demand, followers, kind_of
from postroom.networks.sandbox.server.answers import Refusal, answer, read_json
from postroom.networks.sandbox.server.checks import check_post
from postroom.networks.sandbox.server.media import state_of
from postroom.networks.sandbox.server.storage import Row, Store, new_id, store_of
from postroom.networks.sandbox.server.trouble import UNKNOWN, asked_for, suffer

LISTED = 100
"""Posts in one page of a listing, at most."""
VIDEO_FORMATS = frozenset({"video", "reel"})


async def create(request: web.Request) -> web.StreamResponse:
    """Publish in one call. A kind with keys drops repeats that carry the same Idempotency-Key."""
    account, store, body = demand(request), store_of(request), await read_json(request)

    async def act() -> web.StreamResponse:
        kind = kind_of(account)
        key = request.headers.get("Idempotency-Key") if kind.idempotent else None
        if key:
            earlier = store.one("select * from post where account_id = ? and idempotency_key = ?", account["id"], key)
            if earlier:
                return answer(shown(request, earlier))
        post = check_post(store, account, body)
        if kind.style == "container" and "reply_to" not in post:
            raise Refusal(422, "container_needed", f"A {kind.label} publishes by containers", field="format")
        _demand_ready(store, post)
        return answer(shown(request, accept(store, account, post, key)), status=201)

    return await suffer(asked_for(store, account["id"], body), request, act)


def accept(
    store: Store, account: Row, post: dict[str, Any], key: str | None = None, *, made_at: float | None = None
) -> Row:
    """Make a post public, if the day's quota allows. `key`: its Idempotency-Key; `made_at`: as of then."""
    now = time.time()
    today = store.one("select count(*) as n from post where account_id = ? and made_at > ?", account["id"], now - DAY)
    if today and today["n"] >= account["posts_a_day"]:
        raise Refusal(429, "quota_reached", "The day's posts are used up", Retry_After="3600")
    post_id = new_id()
    store.run(
        "insert into post values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, null)",
        post_id, account["id"], str(post.get("key", "")), key, post["format"], post.get("text", ""),
        orjson.dumps(post).decode(), post.get("reply_to"), post.get("root"), now if made_at is None else made_at,
    )  # fmt: skip
    made = store.one("select * from post where id = ?", post_id)
    assert made is not None  # noqa: S101 - inserted one line above
    return made


def shown(request: web.Request, post: Row) -> dict[str, Any]:
    """Write a post as the API shows it; the sender's key is looked up by, never shown."""
    body = orjson.loads(post["body"])
    return {
        "id": post["id"], "url": f"{request.url.origin()}/p/{post['id']}", "format": post["format"],
        "text": post["text"], "media": body.get("media", []), "reply_to": post["reply_to"],
        "made_at": post["made_at"],
    }  # fmt: skip


def _demand_ready(store: Store, post: dict[str, Any]) -> None:
    state, why = media_state(store, post)
    if state == "processing":
        raise Refusal(409, "media_not_ready", "An upload is still being processed", field="media")
    if state == "failed":
        raise Refusal(422, "media_failed", f"An upload could not be processed: {why}", field="media")


def media_state(store: Store, post: dict[str, Any]) -> tuple[str, str]:
    """Tell how far a post's uploads are, the worst of them, and why it failed."""
    now, state, why = time.time(), "ready", ""
    for media_id in post.get("media", []):
        media = store.one("select * from media where id = ?", media_id)
        one = state_of(media, now) if media else "failed"
        if one == "failed":
            return "failed", media["failed"] if media else "gone"
        state = one if one != "ready" else state
    return state, why


async def stage(request: web.Request) -> web.Response:
    """Make a container: the post, staged and private."""
    account, store, body = demand(request), store_of(request), await read_json(request)
    if kind_of(account).style != "container":
        raise Refusal(422, "no_containers", f"A {kind_of(account).label} publishes in one call")
    post, container_id = check_post(store, account, body), new_id()
    store.run(
        "insert into container values (?, ?, ?, ?, null)",
        container_id, account["id"], orjson.dumps(post).decode(), time.time(),
    )  # fmt: skip
    return answer({"id": container_id, "state": "processing"}, status=201)


def _container(request: web.Request, account: Row) -> Row:
    found = store_of(request).one(
        "select * from container where id = ? and account_id = ?", request.match_info["id"], account["id"]
    )
    if found is None:
        raise Refusal(404, "no_such_container", "No such container")
    return found


async def container(request: web.Request) -> web.Response:
    """Tell how far a container is: processing, ready, failed or published (then with its post)."""
    account, store = demand(request), store_of(request)
    found = _container(request, account)
    body = orjson.loads(found["body"])
    if found["post_id"]:
        if body.get("trouble") == UNKNOWN:
            return answer({"id": found["id"], "state": "indexing"})
        post = store.one("select * from post where id = ? and deleted_at is null", found["post_id"])
        return answer({"id": found["id"], "state": "published", "post": shown(request, post) if post else None})
    state, why = media_state(store, body)
    return answer({"id": found["id"], "state": state, "why": why})


async def publish(request: web.Request) -> web.StreamResponse:
    """Publish a container, once."""
    account, store = demand(request), store_of(request)
    found = _container(request, account)
    body = orjson.loads(found["body"])

    async def act() -> web.StreamResponse:
        if found["post_id"]:
            raise Refusal(409, "already_published", "This container was published before")
        _demand_ready(store, body)
        with store.transaction():
            post = accept(store, account, body)
            store.run("update container set post_id = ? where id = ?", post["id"], found["id"])
        return answer(shown(request, post), status=201)

    return await suffer(asked_for(store, account["id"], body), request, act)


async def listing(request: web.Request) -> web.Response:
    """List the account's posts since a moment, newest first; kinds with a lookup by key take `key`."""
    account, store = demand(request), store_of(request)
    key = request.query.get("key")
    if key is not None and kind_of(account).lookup != "key":
        raise Refusal(400, "no_lookup", "Posts of this kind of account can't be found by key", field="key")
    try:
        since = float(request.query.get("since", "0"))
    except ValueError:
        raise Refusal(400, "invalid_since", "since is a number of seconds", field="since") from None
    rows = store.all(
        "select * from post where account_id = ? and deleted_at is null and made_at >= ?"
        " and (? is null or client_key = ?) order by made_at desc limit ?",
        account["id"], since, key, key, LISTED,
    )  # fmt: skip
    clear = [row for row in rows if orjson.loads(row["body"]).get("trouble") != UNKNOWN]
    return answer({"posts": [shown(request, row) for row in clear], "indexing": len(clear) < len(rows)})


async def delete(request: web.Request) -> web.Response:
    """Take a post down; one that is gone already is no error."""
    account, store = demand(request), store_of(request)
    store.run(
        "update post set deleted_at = ? where id = ? and account_id = ? and deleted_at is null",
        time.time(), request.match_info["id"], account["id"],
    )  # fmt: skip
    return web.Response(status=204)


async def numbers(request: web.Request) -> web.Response:
    """Tell the counters of up to a hundred posts; those that are gone are left out."""
    account, store, now = demand(request), store_of(request), time.time()
    asked = [part for part in request.query.get("ids", "").split(",") if part][:LISTED]
    marks = ", ".join("?" * len(asked))
    rows = store.all(
        f"select * from post where account_id = ? and deleted_at is null and id in ({marks})",  # noqa: S608 - question marks
        account["id"], *asked,
    )  # fmt: skip
    return answer({"numbers": {row["id"]: counters_of(store, account, row, now) for row in rows}})


def counters_of(store: Store, account: Row, post: Row, now: float) -> dict[str, int]:
    """Count what a post has earned; real replies come on top of the made-up comments."""
    kind, age = kind_of(account), (now - post["made_at"]) * store.speed
    counted = engagement.counters(
        post_id=post["id"], age=age, followers=followers(store, account, post["made_at"]), reach=kind.reach,
        is_video=post["format"] in VIDEO_FORMATS,
    )  # fmt: skip
    replies = store.one("select count(*) as n from post where reply_to = ? and deleted_at is null", post["id"])
    counted["comments"] += replies["n"] if replies else 0
    return counted
