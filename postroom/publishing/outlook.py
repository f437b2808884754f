"""Channels with what lies before them: what waits on each, when the next goes out, and which of them need somebody."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from postroom.channels.queries import one_channel
from postroom.database.asking import ask_all, ask_one
from postroom.publishing.models import Lane, Publication
from postroom.publishing.sql import load
from postroom.publishing.states import NEEDS_TIME, PublicationStatus
from postroom.workspaces.actors import Actor, seeing
from postroom.workspaces.errors import BadInput, NotFound
from postroom.workspaces.permissions import Permission

SOON: Final = timedelta(days=7)
"""How long before its key ends a channel's owner is asked."""
STANDINGS: Final = ("", "trouble", "working", "held", "gone")
"""By what lists of channels are narrowed; "" is all that are not gone."""


@dataclass(frozen=True, slots=True)
class SeenChannel:
    """A channel in a list, with what waits on it."""

    id: UUID
    brand_id: UUID
    brand_name: str
    network: str
    server: str
    username: str
    display_name: str
    avatar_url: str
    profile_url: str
    status: str
    status_reason: str
    health: str
    lifecycle: str
    paused_at: datetime | None
    paused_why: str
    followers: int | None
    last_posted_at: datetime | None
    last_synced_at: datetime | None
    last_error: str
    deleted_at: datetime | None
    key_ends_at: datetime | None
    """When it ends for good, and nothing renews it by itself; None = never, or it is renewed."""
    waits: int
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many channels there are, by standing, and the networks they are on."""

    all: int
    trouble: int
    held: int
    gone: int
    networks: list[str]


@dataclass(frozen=True, slots=True)
class Coming:
    """A publication that waits on a channel."""

    post_id: UUID
    at: datetime | None
    status: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """What lies before one channel. `unsettled`: so many only a person can tell of, whether they are public.

    `held_until`: the network asked to wait, or its quota is used up.
    """

    waits: int
    unsettled: int
    next: list[Coming]
    held_until: datetime | None
    held_why: str


def seen_channels(
    actor: Actor,
    *,
    now: datetime,
    brand_id: UUID | None = None,
    network: str | None = None,
    standing: str = "",
    limit: int = 60,
    skip: int = 0,
) -> list[SeenChannel]:
    """Give one page of the channels this actor sees, by brand and name. BadInput for an unknown standing."""
    actor.demand(Permission.CHANNELS_READ, brand_id)
    if standing not in STANDINGS:
        raise BadInput("standing", standing, f"one of {', '.join(one for one in STANDINGS if one)}")
    values = _whose(actor, brand_id) | {"network": network, "standing": standing, "soon": now + SOON}
    values |= {"limit": limit, "skip": skip, "one": None}
    with seeing(actor):
        return [SeenChannel(*row) for row in ask_all(load("see_channels"), values)]


def seen_channel(actor: Actor, channel_id: UUID, *, now: datetime) -> SeenChannel:
    """Give one channel with what waits on it, also a disconnected one. NotFound for one this actor doesn't see."""
    actor.demand(Permission.CHANNELS_READ)
    values = _whose(actor, None) | {"network": None, "standing": None, "soon": now, "limit": 1, "skip": 0}
    with seeing(actor):
        row = ask_one(load("see_channels"), values | {"one": channel_id})
    if row is None:
        raise NotFound("channel", channel_id)
    return SeenChannel(*row)


def channels_in_need(actor: Actor, *, now: datetime, limit: int) -> list[SeenChannel]:
    """Give the channels whose key has ended or ends soon, or that don't work, for whoever can do something."""
    return seen_channels(actor, now=now, standing="trouble", limit=limit)


def count_channels(actor: Actor, *, now: datetime) -> Counts:
    """Count the channels this actor sees."""
    actor.demand(Permission.CHANNELS_READ)
    with seeing(actor):
        row = ask_one(load("count_channels"), _whose(actor, None) | {"soon": now + SOON})
    return Counts(*(row or (0, 0, 0, 0, [])))


def outlook(actor: Actor, *, channel_id: UUID, limit: int = 8) -> Outlook:
    """Tell what waits on a channel, and whether the network holds it. NotFound for one this actor doesn't see."""
    actor.demand(Permission.POSTS_READ)
    one_channel(actor, channel_id)  # refuses whoever doesn't see it
    with seeing(actor):
        there = Publication.objects.filter(channel_id=channel_id)
        waiting = there.filter(not_before__isnull=False, status__in=NEEDS_TIME)
        found = waiting.order_by("scheduled_for", "id").values_list(
            "post_id", "scheduled_for", "status", "text", "post__title", "post__text", "reason"
        )[:limit]
        rows = [
            Coming(post, at, status, title or own or text, why) for post, at, status, own, title, text, why in found
        ]
        unsettled = there.filter(published_at=None, not_before=None, status=PublicationStatus.UNKNOWN).count()
        waits = waiting.count() if len(rows) == limit else len(rows)
        lane = Lane.objects.filter(channel_id=channel_id).values_list("hold_until", "hold_why").first()
    held_until, held_why = lane or (None, "")
    return Outlook(waits, unsettled, rows, held_until, held_why)


def _whose(actor: Actor, brand_id: UUID | None) -> dict[str, Any]:
    brands = actor.brand_ids if brand_id is None else {brand_id}
    return {"workspace": actor.workspace_id, "brands": None if brands is None else list(brands)}
