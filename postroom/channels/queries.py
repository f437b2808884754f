"""Questions about channels: lists as light rows, one of them, what happened to it, and how one can be connected."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from postroom.channels.lines import network_named
from postroom.channels.models import Channel, ChannelTransition, NetworkApp
from postroom.events.queries import activity
from postroom.networks import registry
from postroom.networks.shape import Ask
from postroom.workspaces.actors import Actor, seeing
from postroom.workspaces.errors import NotFound
from postroom.workspaces.permissions import Permission

REFUSED: Final = "connection.refused"
"""What the history calls a connection that its owner or network said no to, or that can't be."""


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A channel as lists and pages show it. Nothing that opens it is among this."""

    id: UUID
    brand_id: UUID
    network: str
    server: str
    network_user_id: str
    username: str
    display_name: str
    bio: str
    avatar_url: str
    profile_url: str
    city: str
    campus: str
    niche_label: str
    tags: list[str]
    learned: dict[str, Any]
    status: str
    status_reason: str
    health: str
    lifecycle: str
    paused_at: datetime | None
    paused_why: str
    followers: int | None
    following: int | None
    posts_count: int | None
    last_synced_at: datetime | None
    last_posted_at: datetime | None
    error_count: int
    last_error: str
    last_error_at: datetime | None
    needs_review: bool
    deleted_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None
    """When the key ends; None = never, or there is none."""
    scopes: list[str] | None


_COLUMNS = tuple(name for name in ChannelRow.__slots__ if name not in {"expires_at", "scopes"})
_KEY = ("credential__expires_at", "credential__scopes")


@dataclass(frozen=True, slots=True)
class TransitionRow:
    """One step in a channel's life: from where to where, when, who caused it, and why."""

    at: datetime
    from_state: str
    to_state: str
    actor_kind: str
    actor_id: UUID | None
    actor_name: str
    reason: str
    context: dict[str, Any]


@dataclass(frozen=True, slots=True)
class WayRow:
    """A way to connect, for a form: through the network's pages (`redirects`), or by what is asked alone."""

    network: str
    network_label: str
    name: str
    label: str
    explains: str
    asks: tuple[Ask, ...]
    scopes: tuple[str, ...]
    redirects: bool
    needs_app: bool
    is_sandbox: bool


@dataclass(frozen=True, slots=True)
class AppRow:
    """A registration at a network, without its secret."""

    id: UUID
    network: str
    server: str
    client_id: str


def channels(
    actor: Actor,
    *,
    brand_id: UUID | None = None,
    network: str | None = None,
    status: str | None = None,
    after: UUID | None = None,
    limit: int = 100,
    gone: bool = False,
    ids: Collection[UUID] | None = None,
) -> list[ChannelRow]:
    """The channels this actor sees, in the order they were made.

    `after`: the id of the last one of the page before. `gone`: those that were disconnected as well. `ids`: only these.
    """
    actor.demand(Permission.CHANNELS_READ)
    wanted = _seen_by(actor)
    given = {"brand_id": brand_id, "network": network, "status": status, "id__gt": after, "id__in": ids}
    wanted &= Q(**{name: value for name, value in given.items() if value is not None})
    if not gone:
        wanted &= Q(deleted_at=None)
    with seeing(actor):
        found = Channel.objects.filter(wanted).order_by("id").values_list(*_COLUMNS, *_KEY)
        return [ChannelRow(*row) for row in found[:limit]]


def one_channel(actor: Actor, channel_id: UUID) -> ChannelRow:
    """A channel by its id, also a disconnected one. NotFound for one this actor doesn't see."""
    actor.demand(Permission.CHANNELS_READ)
    with seeing(actor):
        row = Channel.objects.filter(_seen_by(actor), id=channel_id).values_list(*_COLUMNS, *_KEY).first()
    if row is None:
        raise NotFound("channel", channel_id)
    return ChannelRow(*row)


def transitions(actor: Actor, channel_id: UUID, *, limit: int = 100) -> list[TransitionRow]:
    """The steps of a channel's life, the newest first. NotFound for a channel this actor doesn't see."""
    actor.demand(Permission.CHANNELS_READ)
    with seeing(actor):
        if not Channel.objects.filter(_seen_by(actor), id=channel_id).exists():
            raise NotFound("channel", channel_id)
        found = ChannelTransition.objects.filter(channel_id=channel_id).values_list(
            "created_at", "from_state", "to_state", "actor_kind", "actor_id", "actor_name", "reason", "context"
        )
        return [TransitionRow(*row) for row in found[:limit]]


def ways_to_connect(network: str | None = None) -> list[WayRow]:
    """Every way to connect, of one network or of all. BadInput for a network that isn't there."""
    known = registry.every() if network is None else (network_named(network),)
    return [
        WayRow(
            network=one.name,
            network_label=one.label,
            name=way.name,
            label=way.label,
            explains=way.explains,
            asks=way.asks,
            scopes=way.scopes,
            redirects=way.begin is not None,
            needs_app=way.needs_app and way.register is None,
            is_sandbox=one.is_sandbox,
        )
        for one in known
        for way in one.connecting.ways
    ]


def why_refused(actor: Actor, pending_id: UUID) -> str | None:
    """Why a connection that was begun came to nothing, in the network's words; None as long as nobody knows."""
    actor.demand(Permission.CHANNELS_CONNECT)
    with seeing(actor):
        found = activity(actor.workspace_id, subject_id=pending_id, what=REFUSED, limit=1)
    return found[0].why if found else None


def network_apps(actor: Actor) -> list[AppRow]:
    """Our registrations at networks and servers, without their secrets."""
    actor.demand(Permission.CHANNELS_CONNECT)
    with seeing(actor):
        found = NetworkApp.objects.filter(workspace_id=actor.workspace_id).order_by("network", "server")
        return [AppRow(*row) for row in found.values_list(*AppRow.__slots__)]


def _seen_by(actor: Actor) -> Q:
    wanted = Q(workspace_id=actor.workspace_id)
    return wanted if actor.brand_ids is None else wanted & Q(brand_id__in=actor.brand_ids)
