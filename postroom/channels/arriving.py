"""An account is connected: it becomes a channel, or comes back as the one it was."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from postroom.channels.credentials import store_tokens
from postroom.channels.living import move
from postroom.channels.models import Channel
from postroom.channels.states import Health, Lifecycle, Status
from postroom.channels.troubles import troubles_over
from postroom.events.recording import record
from postroom.networks.shape import Connected, Identity, Network
from postroom.workspaces.actors import Actor
from postroom.workspaces.errors import Conflict, NotFound


class DifferentAccount(Conflict):
    """A channel was to be reconnected, but the owner signed in with another account."""

    code = "different_account"


class ConnectedElsewhere(Conflict):
    """The account is a channel of another brand of this workspace."""

    code = "connected_elsewhere"


def arrive(
    actor: Actor,
    network: Network,
    connected: Connected,
    *,
    brand_id: UUID,
    expected: UUID | None,
    now: datetime,
) -> Channel:
    """Store a connection within `acting(actor)`. `expected`: the channel that is being reconnected.

    Raises DifferentAccount, ConnectedElsewhere, NotFound (the expected channel went away meanwhile).
    """
    who = connected.identity
    if expected is not None:
        channel = Channel.objects.select_for_update().filter(id=expected, deleted_at=None).first()
        if channel is None:
            raise NotFound("channel", expected)
        if channel.network_user_id != who.network_user_id:
            raise DifferentAccount(
                f"This channel is {channel.username}; the account that signed in is {who.username}. "
                f"Sign in as {channel.username}, or connect {who.username} as a channel of its own."
            )
        return _back(actor, network, channel, connected, now)
    made = _insert(actor, network, connected, brand_id=brand_id, now=now)
    if made is not None:
        return made
    channel = Channel.objects.select_for_update().get(
        workspace_id=actor.workspace_id, network=network.name, network_user_id=who.network_user_id
    )
    if channel.deleted_at is not None:
        return _back(actor, network, channel, connected, now, brand_id=brand_id)
    if channel.brand_id != brand_id:
        of = f"the brand {channel.brand.name}" if actor.sees_brand(channel.brand_id) else "another brand"
        raise ConnectedElsewhere(f"{who.username} is a channel of {of} already.")
    return _back(actor, network, channel, connected, now)


def identity_columns(who: Identity, now: datetime) -> dict[str, Any]:
    """Give the columns of a channel that follow from what the network says of the account."""
    counts = {"followers": who.followers, "following": who.following, "posts_count": who.posts}
    return {
        # PostgreSQL takes every character but this one.
        **{name: getattr(who, name).replace("\x00", "") for name in ("username", "display_name", "bio")},
        **{name: _web_address(getattr(who, name)) for name in ("avatar_url", "profile_url")},
        "learned": dict(who.learned),
        "last_synced_at": now,
        # A network that doesn't tell a count leaves what was known.
        **{name: count for name, count in counts.items() if count is not None},
    }


def _web_address(found: str) -> str:
    """An address from a network becomes a link in our pages: only one that is on the web is kept."""
    return found.replace("\x00", "") if found.startswith(("https://", "http://")) else ""


def _insert(actor: Actor, network: Network, connected: Connected, *, brand_id: UUID, now: datetime) -> Channel | None:
    """Insert the channel unless the account is there already, connected or deleted."""
    channel = Channel(
        workspace_id=actor.workspace_id,
        brand_id=brand_id,
        network=network.name,
        server=connected.server,
        network_user_id=connected.identity.network_user_id,
        status=Status.ACTIVE,
        health=Health.HEALTHY,
        **identity_columns(connected.identity, now),
    )
    made = Channel.objects.bulk_create([channel], ignore_conflicts=True)
    if not Channel.objects.filter(id=made[0].id).exists():
        return None
    store_tokens(channel, connected.tokens, connecting=network.connecting)
    record("channel.connected", channel, workspace_id=actor.workspace_id, context={"network": network.name})
    return Channel.objects.get(id=channel.id)


def _back(
    actor: Actor,
    network: Network,
    channel: Channel,
    connected: Connected,
    now: datetime,
    *,
    brand_id: UUID | None = None,
) -> Channel:
    """Bring a channel back to life under its old id: its history goes on."""
    was_deleted = channel.deleted_at is not None
    Channel.objects.filter(id=channel.id).update(
        status=Status.ACTIVE,
        status_reason="",
        health=Health.HEALTHY,
        error_count=0,
        last_error="",
        deleted_at=None,
        brand_id=brand_id or channel.brand_id,
        server=connected.server,
        version=F("version") + 1,
        **identity_columns(connected.identity, now),
    )
    if was_deleted:
        move(channel, Lifecycle.CONNECTED)
    channel.refresh_from_db()
    store_tokens(channel, connected.tokens, connecting=network.connecting)
    troubles_over(channel, actor, now)
    record("channel.reconnected", channel, workspace_id=actor.workspace_id, context={"network": network.name})
    return channel
