"""What stands in a span of time, one entry per post and moment, and what has no time yet; in four statements."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from postroom.database.asking import ask_all
from postroom.publishing.glancing import Face
from postroom.publishing.sql import load
from postroom.publishing.states import PublicationStatus
from postroom.workspaces.actors import Actor, seeing
from postroom.workspaces.permissions import Permission

ENTRIES_MAX: Final = 3000
"""A span with more is cut; it says so."""
DRAFTS_MAX: Final = 40
CHOICES_MAX: Final = 200
AROUND: Final = timedelta(days=90)
"""How far around the span campaigns are offered to choose from."""
STANDING: Final = frozenset(PublicationStatus) - {PublicationStatus.DRAFT, PublicationStatus.CANCELLED}
"""What is shown when no status is asked for."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A post at one moment. `faces`: the first three of its `publications` channels at that moment."""

    post_id: UUID
    at: datetime
    text: str
    brand_name: str
    brand_zone: str
    publications: int
    statuses: tuple[str, ...]
    media_type: str
    thumbnail_key: str
    faces: tuple[Face, ...]


@dataclass(frozen=True, slots=True)
class Unscheduled:
    """A post without a time. `status`: draft, in_review or approved."""

    post_id: UUID
    text: str
    brand_name: str
    status: str
    publications: int
    faces: tuple[Face, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A channel to narrow to."""

    id: UUID
    name: str
    network: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """A span of time with everything around it. `is_cut`: there are more entries than are given."""

    entries: list[Entry]
    is_cut: bool
    drafts: list[Unscheduled]
    channels: list[Choice]
    campaigns: list[str]


def calendar(
    actor: Actor,
    *,
    since: datetime,
    until: datetime,
    brand_id: UUID | None = None,
    channel_id: UUID | None = None,
    statuses: Collection[str] = STANDING,
    campaign: str | None = None,
    limit: int = ENTRIES_MAX,
) -> Calendar:
    """Give what stands from `since` up to before `until`. Whatever the number of posts, it takes four statements."""
    actor.demand(Permission.POSTS_READ, brand_id)
    brands = actor.brand_ids if brand_id is None else {brand_id}
    values: dict[str, Any] = {
        "workspace": actor.workspace_id,
        "brands": None if brands is None else list(brands),
        "channel": channel_id,
        "campaign": campaign or None,
        "since": since,
        "until": until,
        "statuses": sorted(statuses),
    }
    around = values | {"since": since - AROUND, "until": until + AROUND, "limit": CHOICES_MAX}
    with seeing(actor):
        entries = ask_all(load("calendar"), values | {"limit": limit + 1})
        drafts = ask_all(load("calendar_drafts"), values | {"limit": DRAFTS_MAX})
        channels = ask_all(load("calendar_channels"), values | {"limit": CHOICES_MAX})
        campaigns = ask_all(load("calendar_campaigns"), around)
    return Calendar(
        entries=[_entry(row) for row in entries[:limit]],
        is_cut=len(entries) > limit,
        drafts=[Unscheduled(*row[:5], _faces(row[5])) for row in drafts],  # type: ignore[call-arg] # a row's first five
        channels=sorted((Choice(*row) for row in channels), key=lambda one: (one.name.lower(), one.id)),
        campaigns=[row[0] for row in campaigns],
    )


def _entry(row: tuple[Any, ...]) -> Entry:
    return Entry(*row[:6], tuple(row[6]), row[7], row[8], _faces(row[9]))  # type: ignore[call-arg] # a row's first six


def _faces(told: str | None) -> tuple[Face, ...]:
    return tuple(Face(*one) for one in orjson.loads(told or "[]"))
