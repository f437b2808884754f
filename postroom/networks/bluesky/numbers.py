"""Counters. Public ones are all there are: no views, reach or clicks. Likes and the rest are right within seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from postroom.networks.bluesky.calls import xrpc
from postroom.networks.shape import Counters, Numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postroom.networks.line import Answer, Line
    from postroom.networks.shape import Receipt

KEY = "bluesky.appview"
"""Where, in what was learned of the channel, the AppView's address is kept."""
AT_ONCE = 25
"""https://docs.bsky.app/docs/api/app-bsky-feed-get-posts, checked 2026-11-20."""


async def view(line: Line, name: str, query: list[tuple[str, str]]) -> Answer:
    """Ask the public AppView without sign-in; where none is known, the account's server, which asks its own."""
    public = (line.who.learned or {}).get(KEY)
    if public:
        return await line.call("GET", f"{public}/xrpc/{name}", query=query, signed=False)
    return await xrpc(line, "GET", name, query=query)


async def of(line: Line, receipts: tuple[Receipt, ...]) -> Mapping[str, Counters]:
    """Read the counters of up to 25 posts; those that are gone are missing from the answer."""
    answer = await view(line, "app.bsky.feed.getPosts", [("uris", receipt.id) for receipt in receipts])
    return {post["uri"]: _counters(post) for post in answer.field("posts")}


def _counters(post: Mapping[str, Any]) -> Counters:
    """Shares are reposts and quotes together; each alone stays in `raw`."""
    names = ("likeCount", "repostCount", "replyCount", "quoteCount", "bookmarkCount")
    raw = {name: post[name] for name in names if name in post}
    shares = [raw[name] for name in ("repostCount", "quoteCount") if name in raw]
    return Counters(
        likes=raw.get("likeCount"),
        comments=raw.get("replyCount"),
        shares=sum(shares) if shares else None,
        saves=raw.get("bookmarkCount"),
        raw=raw,
    )


NUMBERS = Numbers(of, at_once=AT_ONCE)
