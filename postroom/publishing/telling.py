"""All there is to tell of a post: what it says, where each publication stands and why, what was tried, what was done.

A page of it costs five questions, however many publications and attempts there are.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from postroom.channels.states import SENDS
from postroom.database.asking import Row, ask_all
from postroom.publishing.settling import AGAIN
from postroom.publishing.sql import load
from postroom.publishing.states import PublicationStatus
from postroom.workspaces.actors import Actor, seeing
from postroom.workspaces.errors import NotFound
from postroom.workspaces.permissions import Permission

S = PublicationStatus
MOST: Final = 200
"""So many publications of one post are told, and so many lines of its history."""


@dataclass(frozen=True, slots=True)
class Item:
    """A further part: the next of a thread, or the first comment. `kind`: thread or first_comment."""

    position: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A file on a part (0 = the post itself), with words of its own for whoever can't see it ("" = the file's)."""

    part: int
    asset_id: UUID
    alt_text: str


@dataclass(frozen=True, slots=True)
class ToldPost:
    """What a post says and whose it is; `brand_zone` is the zone its schedule is meant in."""

    id: UUID
    brand_id: UUID
    brand_name: str
    brand_zone: str
    brand_status: str
    brand_status_reason: str
    stopped_at: datetime | None
    """Since when the whole workspace is paused."""
    stopped_why: str
    author: str
    title: str
    text: str
    type: str
    status: str
    scheduled_at: datetime | None
    published_at: datetime | None
    created_at: datetime
    updated_at: datetime
    link: str
    campaign: str
    is_ai_made: bool
    hashtags: list[str]
    poll: Mapping[str, Any] | None
    items: list[Item]
    media: list[Picture]


@dataclass(frozen=True, slots=True)
class Try:
    """One try at one step, as the ledger has it. `outcome` "" is under way; `answer` is what the network said."""

    number: int
    part: int
    step: str
    touch: str
    began_at: datetime
    ended_at: datetime | None
    outcome: str
    verdict: str
    answer: str
    http_status: int | None


@dataclass(frozen=True, slots=True)
class ToldPublication:
    """A post on one channel: where it stands, why, and what holds it. Own text, items and media: None = the post's."""

    id: UUID
    post_id: UUID
    channel_id: UUID
    network: str
    server: str
    username: str
    display_name: str
    avatar_url: str
    profile_url: str
    channel_status: str
    channel_status_reason: str
    channel_lifecycle: str
    channel_paused_at: datetime | None
    channel_paused_why: str
    channel_gone_at: datetime | None
    status: str
    scheduled_for: datetime | None
    published_at: datetime | None
    url: str
    text: str | None
    items: list[Item] | None
    media: list[Picture] | None
    error_class: str
    error_where: str
    reason: str
    attempts: int
    not_before: datetime | None
    is_being_called: bool
    is_incomplete: bool
    """Some of its parts are public and others are not."""
    held_until: datetime | None
    held_why: str
    tries: list[Try]

    @property
    def channel_sends(self) -> bool:
        """Whether its channel may send at all, as far as the channel itself goes."""
        is_open = self.channel_status == "active" and self.channel_gone_at is None and self.channel_paused_at is None
        return is_open and self.channel_lifecycle in SENDS

    @property
    def can_go_again(self) -> bool:
        """Whether `retry_publication` would take it."""
        return self.status in AGAIN or (self.status == S.PUBLISHED and bool(self.error_class) and self.is_incomplete)


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that was done to the post or one of its publications (`subject_id`)."""

    at: datetime
    actor_kind: str
    actor_name: str
    what: str
    subject_id: UUID
    from_state: str
    to_state: str
    why: str
    context: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Whole:
    """A post with its publications (at most MOST) and its history, newest first (empty for who may not read it)."""

    post: ToldPost
    publications: list[ToldPublication]
    history: list[Told]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A publication of which nobody knows whether it is public, with its post."""

    post: ToldPost
    publication: ToldPublication


def tell_post(actor: Actor, *, post_id: UUID, now: datetime) -> Whole:
    """Tell all of one post. Errors: NotFound."""
    actor.demand(Permission.POSTS_READ)
    with seeing(actor):
        post = _posts([post_id]).get(post_id)
        if post is None or not actor.sees_brand(post.brand_id):
            raise NotFound("post", post_id)
        publications = _publications(now=now, post_id=post_id)
        history = []
        if actor.may(Permission.HISTORY_READ):
            subjects = [post_id, *(one.id for one in publications)]
            values = {"subjects": subjects, "workspace": actor.workspace_id, "limit": MOST}
            history = [Told(*[*row[:-1], orjson.loads(row[-1])]) for row in ask_all(load("tell_history"), values)]
    return Whole(post, publications, history)


def in_doubt(actor: Actor, *, now: datetime, limit: int = 50) -> list[Doubt]:
    """List what may be public and may not; those that only a person can settle come first."""
    actor.demand(Permission.POSTS_READ)
    brands = None if actor.brand_ids is None else list(actor.brand_ids)
    with seeing(actor):
        values = {"workspace": actor.workspace_id, "brands": brands, "limit": limit}
        found = ask_all(load("in_doubt"), values)
        if not found:
            return []
        posts = _posts({post_id for _, post_id in found})
        publications = {one.id: one for one in _publications(now=now, ids=[one for one, _ in found])}
    return [Doubt(posts[post_id], publications[one]) for one, post_id in found]


def _posts(ids: Iterable[UUID]) -> dict[UUID, ToldPost]:
    rows = ask_all(load("tell_post"), {"posts": list(ids)})
    return {row[0]: _post(row) for row in rows}


def _post(row: Row) -> ToldPost:
    *plain, hashtags, poll, items, media = row
    read = [
        orjson.loads(hashtags),
        orjson.loads(poll) if poll else None,
        [Item(*one) for one in orjson.loads(items)],
        [Picture(part, UUID(asset), alt) for part, asset, alt in orjson.loads(media)],
    ]
    return ToldPost(*[*plain, *read])


def _publications(*, now: datetime, post_id: UUID | None = None, ids: Iterable[UUID] = ()) -> list[ToldPublication]:
    rows = ask_all(load("tell_publications"), {"post": post_id, "ids": list(ids), "now": now, "limit": MOST})
    tries: defaultdict[UUID, list[Try]] = defaultdict(list)
    for publication_id, *told in ask_all(load("tell_tries"), {"ids": [row[0] for row in rows]}) if rows else ():
        tries[publication_id].append(Try(*told))
    return [ToldPublication(*[*row[:20], _items(row[20]), _media(row[21]), *row[22:], tries[row[0]]]) for row in rows]


def _items(stored: str | None) -> list[Item] | None:
    found = orjson.loads(stored) if stored else None
    return None if found is None else [Item(place, one["kind"], one["text"]) for place, one in enumerate(found, 1)]


def _media(stored: str | None) -> list[Picture] | None:
    found = orjson.loads(stored) if stored else None
    if found is None:
        return None
    return [Picture(one.get("item_position") or 0, UUID(one["asset_id"]), one.get("alt_text") or "") for one in found]
