"""What a person sees first: what goes out next, what needs them, what went out lately, and the channels beside it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from postroom.database.asking import ask_all
from postroom.publishing.outlook import SeenChannel, channels_in_need
from postroom.publishing.sql import load
from postroom.workspaces.actors import Actor, seeing
from postroom.workspaces.permissions import Permission

STILL_NEAR: Final = timedelta(hours=12)
"""How long what should have gone out by now is still among what goes out next."""
LOOK_BACK: Final = timedelta(days=30)
"""How far back what failed is still brought before somebody; older ones are in the calendar."""

LOOK_AHEAD: Final = timedelta(days=1)
"""What is not due for so long can't have failed."""


@dataclass(frozen=True, slots=True)
class Face:
    """A channel as a small picture. `url`: of what it published, if there is any."""

    network: str
    username: str
    display_name: str
    avatar_url: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """A post at its time. `faces`: the first five of the `publications` channels it goes to."""

    post_id: UUID
    at: datetime
    text: str
    brand_name: str
    publications: int
    faces: tuple[Face, ...]

    @property
    def more(self) -> int:
        """How many channels are not among the faces."""
        return self.publications - len(self.faces)


@dataclass(frozen=True, slots=True)
class Stuck:
    """A publication that waits for a person."""

    id: UUID
    post_id: UUID
    status: str
    error_class: str
    reason: str
    scheduled_for: datetime
    text: str
    face: Face


@dataclass(frozen=True, slots=True)
class OwnDraft:
    """A post that its author hasn't finished."""

    post_id: UUID
    text: str
    brand_name: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Glance:
    """All of it. `more_stuck`: there are others."""

    next: list[Moment]
    stuck: list[Stuck]
    more_stuck: bool
    channels: list[SeenChannel]
    drafts: list[OwnDraft]
    lately: list[Moment]


@dataclass(frozen=True, slots=True)
class RailChannel:
    """A channel in the rail. `waits`: publications, counted up to 100."""

    id: UUID
    network: str
    username: str
    display_name: str
    avatar_url: str
    status: str
    is_paused: bool
    waits: int


def glance(actor: Actor, *, now: datetime, limit: int = 8) -> Glance:
    """Give what the home page shows, in five statements, however many channels there are."""
    actor.demand(Permission.POSTS_READ)
    actor.demand(Permission.CHANNELS_READ)
    values = _whose(actor) | {"now": now, "limit": limit, "user": actor.user_id}
    with seeing(actor):
        coming = ask_all(load("home_next"), values | {"since": now - STILL_NEAR})
        weeks = {"since": now - LOOK_BACK, "until": now + LOOK_AHEAD}
        stuck = ask_all(load("home_stuck"), values | weeks | {"limit": limit + 1})
        drafts = ask_all(load("home_drafts"), values | {"limit": 5}) if actor.user_id else []
        lately = ask_all(load("home_lately"), values | {"limit": 6})
        channels = channels_in_need(actor, now=now, limit=limit)
    return Glance(
        next=[_moment(row) for row in coming],
        stuck=[_stuck(row) for row in stuck[:limit]],
        more_stuck=len(stuck) > limit,
        channels=channels,
        drafts=[OwnDraft(*row) for row in drafts],
        lately=[_moment(row) for row in lately],
    )


def rail_channels(actor: Actor, *, limit: int = 8) -> list[RailChannel]:
    """Give the first channels for the rail, by brand; nothing for whoever may not see channels. One statement."""
    if not actor.may(Permission.CHANNELS_READ):
        return []
    with seeing(actor):
        return [RailChannel(*row) for row in ask_all(load("rail_channels"), _whose(actor) | {"limit": limit})]


def _whose(actor: Actor) -> dict[str, Any]:
    brands = None if actor.brand_ids is None else list(actor.brand_ids)
    return {"workspace": actor.workspace_id, "brands": brands}


def _stuck(row: tuple[Any, ...]) -> Stuck:
    return Stuck(*row[:7], Face(*orjson.loads(row[7])))  # type: ignore[call-arg] # a row's first seven


def _moment(row: tuple[Any, ...]) -> Moment:
    faces = tuple(Face(*one) for one in orjson.loads(row[5] or "[]"))
    return Moment(*row[:5], faces)  # type: ignore[call-arg] # a row's first five
