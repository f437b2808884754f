"""Taking a channel in hand for a change: seen by this actor, allowed, locked."""

from uuid import UUID

from postroom.channels.models import Channel
from postroom.workspaces import values
from postroom.workspaces.actors import Actor, acting
from postroom.workspaces.errors import NotFound
from postroom.workspaces.permissions import Permission


def open_for_change(actor: Actor, channel_id: object, permission: Permission, *, gone: bool = False) -> Channel:
    """Give a channel, locked, within `acting(actor)`. NotFound (what isn't seen isn't there), NotAllowed.

    `gone`: also one that was disconnected.
    """
    wanted = values.identifier("channel_id", channel_id)
    channel = Channel.objects.select_for_update().filter(workspace_id=actor.workspace_id, id=wanted).first()
    if channel is None or not actor.sees_brand(channel.brand_id) or (channel.deleted_at and not gone):
        raise NotFound("channel", channel_id)
    actor.demand(permission, channel.brand_id)
    return channel


def check_allowed(actor: Actor, channel_id: UUID, permission: Permission) -> UUID:
    """Check the same in a transaction of its own, before a network is asked; answers the id."""
    with acting(actor):
        return open_for_change(actor, channel_id, permission).id
