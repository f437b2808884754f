"""The sandbox's own pages: the timeline, an account, one post with its replies."""

from __future__ import annotations

import time
import zlib
from html import escape

from aiohttp import web

from postroom.networks.sandbox.server.accounts import followers, kind_of
from postroom.networks.sandbox.server.cards import card, story_strip
from postroom.networks.sandbox.server.pages import face, frame
from postroom.networks.sandbox.server.storage import Row, Store, store_of

PAGE = 30
STORY_SECONDS = 86_400
FEED = """
select * from post where deleted_at is null and reply_to is null and format <> 'story' and made_at < ?
order by made_at desc limit ?
"""


async def home(request: web.Request) -> web.Response:
    """Show the newest posts of everybody."""
    store, now = store_of(request), time.time()
    people = store.all("select * from account order by made_at desc limit 40")
    side = "".join(_person(store, account, now) for account in people)
    main = f"""<div class="columns"><div>{_stories(store, now)}
<div id="feed" data-from="/feed">{_feed(store, before=now + 1)}</div></div>
<aside class="card list"><h2>Accounts</h2>{side or '<p class="soft">Nobody is here yet.</p>'}</aside></div>"""
    return _page(frame("Timeline", main, live=True))


async def feed(request: web.Request) -> web.Response:
    """Give the newest posts only, for the page that keeps itself up to date; ?before= gives older ones as a page."""
    store, before = store_of(request), request.query.get("before")
    if before is None:
        return _page(_feed(store, before=time.time() + 1))
    try:
        moment = float(before)
    except ValueError:
        raise web.HTTPBadRequest(text="before is a number of seconds") from None
    return _page(frame("Older posts", f'<div id="feed">{_feed(store, before=moment)}</div>'))


async def profile(request: web.Request) -> web.Response:
    """Show one account and its posts."""
    store, now = store_of(request), time.time()
    account = store.one("select * from account where name = ?", request.match_info["name"])
    if account is None:
        raise web.HTTPNotFound(text="Nobody of that name is here")
    posts = store.all(
        "select * from post where account_id = ? and deleted_at is null and reply_to is null"
        " order by made_at desc limit 100",
        account["id"],
    )  # fmt: skip
    cards = "".join(card(store, post, now) for post in posts)
    return _page(
        frame(
            account["display_name"],
            f"""<section class="card profile">{face(account, 84)}<div><h1>{escape(account["display_name"])}</h1>
<p class="soft">@{escape(account["name"])} · {kind_of(account).label}</p><p>{escape(account["bio"])}</p>
<p><b>{followers(store, account, now):,}</b> followers · <b>17</b> following · <b>{len(posts)}</b> posts</p>
</div></section>
<div id="feed">{cards or _nothing()}</div>""",
        )
    )


async def permalink(request: web.Request) -> web.Response:
    """Show one post with the thread around it."""
    store, now = store_of(request), time.time()
    post = store.one("select * from post where id = ? and deleted_at is null", request.match_info["id"])
    if post is None:
        raise web.HTTPNotFound(text="This post is not here (any more)")
    root = post["root"] or post["id"]
    thread = store.all(
        "select * from post where (id = ? or root = ?) and deleted_at is null order by made_at, id", root, root
    )
    cards = "".join(card(store, item, now, marked=item["id"] == post["id"]) for item in thread)
    return _page(frame("Post", f'<div id="feed" class="thread">{cards}</div>'))


async def avatar(request: web.Request) -> web.Response:
    """Draw an account's picture: its initials on a colour of its own."""
    account = store_of(request).one("select * from account where name = ?", request.match_info["name"])
    if account is None:
        raise web.HTTPNotFound
    hue = zlib.crc32(account["name"].encode()) % 360
    initials = "".join(word[0] for word in account["display_name"].split()[:2]).upper()
    svg = f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96">
<defs><linearGradient id="g" x2="1" y2="1"><stop stop-color="hsl({hue} 62% 46%)"/>
<stop offset="1" stop-color="hsl({(hue + 45) % 360} 66% 34%)"/></linearGradient></defs>
<rect width="96" height="96" fill="url(#g)"/><text x="48" y="61" font-family="sans-serif" font-size="36"
 font-weight="600" text-anchor="middle" fill="#fff">{escape(initials)}</text></svg>"""
    return web.Response(text=svg, content_type="image/svg+xml", headers={"Cache-Control": "max-age=3600"})


def _feed(store: Store, *, before: float) -> str:
    now, posts = time.time(), store.all(FEED, before, PAGE + 1)
    cards = "".join(card(store, post, now) for post in posts[:PAGE])
    if len(posts) > PAGE:
        cards += f'<p class="more"><a href="/feed?before={posts[PAGE - 1]["made_at"]}">Older posts</a></p>'
    return cards or _nothing()


def _stories(store: Store, now: float) -> str:
    rows = store.all(
        "select * from post where deleted_at is null and format = 'story' and made_at > ?"
        " order by made_at desc limit 20",
        now - STORY_SECONDS,
    )
    return story_strip(store, rows)


def _person(store: Store, account: Row, now: float) -> str:
    return f"""<a class="row" href="/@{escape(account["name"])}">{face(account, 36)}
<span><b>{escape(account["display_name"])}</b>
<small>{kind_of(account).label} · {followers(store, account, now):,} followers</small></span></a>"""


def _nothing() -> str:
    return '<p class="card empty">No posts yet. What is published to a sandbox channel shows up here by itself.</p>'


def _page(html: str) -> web.Response:
    return web.Response(text=html, content_type="text/html", headers={"Cache-Control": "no-store"})
