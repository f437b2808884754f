"""Holding one channel: what is scheduled on it waits until somebody lets go."""

from datetime import datetime
from uuid import UUID

from django.db.models import F

from postroom.channels.models import Channel
from postroom.channels.opening import open_for_change
from postroom.events.recording import record
from postroom.workspaces import values
from postroom.workspaces.actors import Actor, acting
from postroom.workspaces.errors import Conflict
from postroom.workspaces.permissions import Permission


def pause_channel(*, actor: Actor, channel_id: UUID, now: datetime, why: str = "") -> Channel:
    """Hold a channel. Conflict when it is held already. BadInput, NotFound, NotAllowed."""
    reason = values.text(500)("why", why)
    with acting(actor.because(reason)):
        channel = open_for_change(actor, channel_id, Permission.PAUSE)
        unheld = Channel.objects.filter(id=channel.id, paused_at=None)
        if not unheld.update(paused_at=now, paused_why=reason, version=F("version") + 1):
            raise Conflict("This channel is paused already.")
        return _noted(actor, channel, "channel.paused")


def resume_channel(*, actor: Actor, channel_id: UUID, now: datetime, why: str = "") -> Channel:
    """Let a channel go on; what is late by then meets the missed policy. Conflict when it isn't held."""
    del now
    reason = values.text(500)("why", why)
    with acting(actor.because(reason)):
        channel = open_for_change(actor, channel_id, Permission.PAUSE)
        held = Channel.objects.filter(id=channel.id, paused_at__isnull=False)
        if not held.update(paused_at=None, paused_why="", version=F("version") + 1):
            raise Conflict("This channel is not paused.")
        return _noted(actor, channel, "channel.resumed")


def _noted(actor: Actor, channel: Channel, what: str) -> Channel:
    channel.refresh_from_db()
    record(what, channel, workspace_id=actor.workspace_id)
    return channel
