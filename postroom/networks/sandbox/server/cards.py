"""One post as the timeline shows it: text, pictures, video, poll, thread, engagement."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit

import orjson

from postroom.networks.sandbox.server.engagement import poll_votes
from postroom.networks.sandbox.server.pages import face
from postroom.networks.sandbox.server.posts import counters_of
from postroom.networks.sandbox.server.storage import Row, Store

LIVELY = re.compile(r"(https?://[^\s<>\"']+)|([#@][\w.\-]+)")
ICONS = {
    "likes": "M12 20s-7-4.4-9-9a5 5 0 0 1 9-5 5 5 0 0 1 9 5c-2 4.6-9 9-9 9z",
    "comments": "M4 5h16v11H10l-5 4v-4H4z",
    "shares": "M4 10V8a2 2 0 0 1 2-2h11l-3-3m3 3-3 3m6 5v2a2 2 0 0 1-2 2H7l3 3m-3-3 3-3",
    "saves": "M6 3h12v18l-6-5-6 5z",
    "views": "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zm10-3a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
}
"""One line drawing for each counter, in a box of 24 by 24."""
STEPS = ((86_400, "d"), (3_600, "h"), (60, "min"))


def card(store: Store, post: Row, now: float, *, marked: bool = False) -> str:
    """Show a post."""
    account = store.one("select * from account where id = ?", post["account_id"])
    assert account is not None  # noqa: S101 - the foreign key keeps it
    body: dict[str, Any] = orjson.loads(post["body"])
    classes = " ".join(["card", "post", *(["reply"] if post["reply_to"] else []), *(["marked"] if marked else [])])
    return f"""<article class="{classes}" id="p{post["id"]}">
<header><a href="/@{escape(account["name"])}" tabindex="-1" aria-hidden="true">{face(account)}</a>
<span><a class="name" href="/@{escape(account["name"])}">
{escape(account["display_name"])}</a><small>@{escape(account["name"])} ·
<a href="/p/{post["id"]}" title="{_moment(post["made_at"])}">{_age(now - post["made_at"])}</a></small></span>
<span class="chip">{escape(post["format"])}</span></header>
{_words(body)}{_pictures(store, body)}{_poll(store, account, post, body, now)}{_link(body)}
<footer class="counts">{_counts(counters_of(store, account, post, now))}</footer></article>"""


def story_strip(store: Store, rows: list[Row]) -> str:
    """Show the stories of the day in a row."""
    if not rows:
        return ""
    pieces = []
    for post in rows:
        account = store.one("select * from account where id = ?", post["account_id"])
        assert account is not None  # noqa: S101 - the foreign key keeps it
        name = escape(account["display_name"])
        pieces.append(f'<a class="story" href="/p/{post["id"]}">{face(account, 60)}<small>{name}</small></a>')
    return f'<nav class="stories card" aria-label="Stories">{"".join(pieces)}</nav>'


def _words(body: dict[str, Any]) -> str:
    title = f"<h2>{escape(body['title'])}</h2>" if body.get("title") else ""
    text = f'<p class="text">{_lively(body["text"])}</p>' if body.get("text") else ""
    notes = [escape(body[name]) for name in ("visibility",) if body.get(name) not in (None, "public")]
    notes += ["made with AI"] if body.get("ai_made") else []
    labels = "".join(f'<span class="chip">{note}</span>' for note in notes)
    if body.get("spoiler"):
        return f"<details><summary>{escape(body['spoiler'])}</summary>{title}{text}</details>{labels}"
    return f"{title}{text}{labels}"


def _lively(text: str) -> str:
    """Make links of addresses, and colour tags and mentions."""
    out, at = [], 0
    for match in LIVELY.finditer(text):
        out.append(escape(text[at : match.start()]))
        found = escape(match[0])
        if match[1]:
            out.append(f'<a href="{found}" rel="nofollow noopener noreferrer">{found}</a>')
        else:
            out.append(f'<span class="tag">{found}</span>')
        at = match.end()
    return "".join([*out, escape(text[at:])]).replace("\n", "<br>")


def _pictures(store: Store, body: dict[str, Any]) -> str:
    """Show the files, several of them in a row that scrolls."""
    pieces = []
    for media_id in body.get("media", []):
        media = store.one("select * from media where id = ?", media_id)
        if media is None:
            continue
        alt, address = escape(media["alt"]), f"/media/{media['id']}"
        if media["mime"].startswith("video/"):
            pieces.append(f'<video src="{address}" controls preload="metadata" playsinline aria-label="{alt}"></video>')
        else:
            pieces.append(f'<img src="{address}" alt="{alt}" loading="lazy">')
    if not pieces:
        return ""
    return f'<div class="media" data-count="{len(pieces)}" tabindex="0">{"".join(pieces)}</div>'


def _poll(store: Store, account: Row, post: Row, body: dict[str, Any], now: float) -> str:
    poll = body.get("poll")
    if not poll:
        return ""
    options = [str(option) for option in poll["options"]]
    total = counters_of(store, account, post, now)["likes"]
    votes = poll_votes(post_id=post["id"], votes=total, options=len(options))
    over = (
        "closed" if now > post["made_at"] + poll["seconds"] else f"{_age(post['made_at'] + poll['seconds'] - now)} left"
    )
    rows = "".join(
        f'<li><span>{escape(option)}</span><meter min="0" max="{max(1, sum(votes))}" value="{count}"></meter>'
        f"<b>{round(100 * count / max(1, sum(votes)))} %</b></li>"
        for option, count in zip(options, votes, strict=True)
    )
    return f'<ul class="poll">{rows}</ul><p class="soft">{sum(votes):,} votes · {over}</p>'


def _link(body: dict[str, Any]) -> str:
    address = str(body.get("link", ""))
    if urlsplit(address).scheme not in {"http", "https"}:
        return ""
    host = escape(urlsplit(address).hostname or "")
    shown = escape(address)
    return f'<a class="link" href="{shown}" rel="nofollow noopener noreferrer"><b>{host}</b>{shown}</a>'


def _counts(counters: dict[str, int]) -> str:
    return "".join(
        f'<span title="{name}"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="{drawing}"/></svg>'
        f' {counters[name]:,}<span class="hidden"> {name}</span></span>'
        for name, drawing in ICONS.items()
    )


def _age(seconds: float) -> str:
    for size, unit in STEPS:
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return "now" if seconds < 10 else f"{int(seconds)} s"


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
