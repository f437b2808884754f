"""A channel's health: ask the network who it is, and learn what changed there meanwhile."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import aiohttp
from asgiref.sync import async_to_sync
from django.db.models import F, Q

from postroom.channels.arriving import identity_columns
from postroom.channels.keeping import Outcome, refresh_channel
from postroom.channels.lines import Opened, a_session, demand_no_transaction, guard, in_thread, open_channel
from postroom.channels.models import Channel
from postroom.channels.opening import open_for_change
from postroom.channels.states import Health, Status
from postroom.channels.troubles import call_failed, call_worked, in_words, key_died
from postroom.networks.shape import Identity
from postroom.networks.verdicts import Expired, Rejected, Stop, Verdict
from postroom.workspaces.actors import Actor, acting
from postroom.workspaces.errors import Conflict
from postroom.workspaces.permissions import Permission

EVERY: Final = timedelta(hours=20)
"""How old what we know of a channel may be before it is checked by itself."""


class NotConnected(Conflict):
    """There is nothing to check: the channel has no key."""

    code = "not_connected"


async def look_at_channel(
    *, actor: Actor, channel_id: UUID, now: datetime, session: aiohttp.ClientSession | None = None
) -> Channel:
    """Check a channel: its identity, limits, counts, health and status follow from the answer.

    A key that isn't accepted is renewed once. Failures are noted on the channel, not raised. Raises NotFound,
    NotAllowed, NotConnected, CannotOpen.
    """
    opened = await in_thread(_open)(actor, channel_id)
    async with a_session(session) as own:
        answer = await _ask(opened, own)
        if isinstance(answer, Expired) and answer.refreshable and opened.network.connecting.refresh is not None:
            renewed = await refresh_channel(
                actor=actor, channel_id=channel_id, now=now, seen=opened.generation, session=own
            )
            if renewed.opened is not None:
                opened = renewed.opened
                answer = await _ask(opened, own)
            elif renewed.outcome in {Outcome.BUSY, Outcome.LATER, Outcome.REFUSED}:
                return await in_thread(_as_it_is)(actor, channel_id)
    return await in_thread(_note)(actor, opened, answer, now)


def check_channel(*, actor: Actor, channel_id: UUID, now: datetime) -> Channel:
    """Check a channel because a person asks for it; see `look_at_channel`."""
    return async_to_sync(look_at_channel)(actor=actor, channel_id=channel_id, now=now)


def due_checks(now: datetime, *, limit: int = 500) -> list[tuple[UUID, UUID]]:
    """Which channels weren't looked at for EVERY, as (workspace, channel), the longest ago first? As the engine."""
    old = Q(last_synced_at=None) | Q(last_synced_at__lte=now - EVERY)
    found = Channel.objects.filter(old, deleted_at=None, status__in=(Status.ACTIVE, Status.ERROR))
    return list(found.order_by(F("last_synced_at").asc(nulls_first=True)).values_list("workspace_id", "id")[:limit])


async def _ask(opened: Opened, session: aiohttp.ClientSession) -> Identity | Verdict:
    try:
        return await opened.network.connecting.whoami(opened.line(session, guard()))
    except Stop as stop:
        return stop.verdict


def _open(actor: Actor, channel_id: UUID) -> Opened:
    demand_no_transaction()
    with acting(actor):
        channel = open_for_change(actor, channel_id, Permission.CHANNELS_EDIT)
        opened = open_channel(channel.id)
        if opened is None or opened.tokens is None:
            raise NotConnected("This channel is not connected.")
        return opened


def _as_it_is(actor: Actor, channel_id: UUID) -> Channel:
    with acting(actor):
        return Channel.objects.get(id=channel_id)


def _note(actor: Actor, opened: Opened, answer: Identity | Verdict, now: datetime) -> Channel:
    why = "" if isinstance(answer, Identity) else in_words(answer.why, opened)
    with acting(actor.because(why)):
        channel = open_for_change(actor, opened.channel_id, Permission.CHANNELS_EDIT)
        if isinstance(answer, Identity):
            _learn(actor, channel, answer, now)
        elif isinstance(answer, Expired):
            key_died(channel, why, now)
        else:
            # So that a broken channel isn't asked again and again, this counts as looking, too.
            Channel.objects.filter(id=channel.id).update(last_synced_at=now)
            health = Health.UNHEALTHY if isinstance(answer, Rejected) else Health.DEGRADED
            call_failed(channel, why, now, health=health)
        channel.refresh_from_db()
        return channel


def _learn(actor: Actor, channel: Channel, who: Identity, now: datetime) -> None:
    if who.network_user_id != channel.network_user_id:
        key_died(
            channel, f"the key opens another account, {who.username}; reconnect the right one", now, status=Status.ERROR
        )
        return
    Channel.objects.filter(id=channel.id).update(**identity_columns(who, now))
    call_worked(channel, actor, now)
