"""Letting an account go: its key is given back to the network, destroyed here, and the channel put aside."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.db.models import F

from postroom.channels.lines import Opened, a_session, ask, demand_no_transaction, guard, open_channel
from postroom.channels.living import move
from postroom.channels.models import Channel, Credential, PendingConnection
from postroom.channels.opening import open_for_change
from postroom.channels.states import Health, Lifecycle, Status
from postroom.channels.troubles import troubles_over
from postroom.events.models import Severity
from postroom.events.recording import raise_event, record
from postroom.kit.secrets import CannotOpen
from postroom.networks.verdicts import Stop
from postroom.workspaces import values
from postroom.workspaces.actors import Actor, acting
from postroom.workspaces.permissions import Permission

log = structlog.get_logger("postroom.channels")


@dataclass(frozen=True, slots=True)
class Disconnected:
    """A channel let go. `revoked_there`: whether the network was told; if not, `note` says what its owner can do."""

    channel: Channel
    revoked_there: bool
    note: str = ""


def disconnect_channel(*, actor: Actor, channel_id: UUID, now: datetime, why: str = "") -> Disconnected:
    """Disconnect a channel. The network is asked to end the connection; the key is destroyed whatever it says.

    What is scheduled on it waits for a reconnection or is cancelled: publications lie above, and `channel.disconnected`
    is the event they may react to. Raises NotFound, NotAllowed, BadInput.
    """
    demand_no_transaction()
    reason = values.text(500)("why", why)
    opened = None
    with acting(actor):
        channel = open_for_change(actor, channel_id, Permission.CHANNELS_CONNECT)
        try:
            opened = open_channel(channel.id)
        except CannotOpen as error:
            log.warning("a key was destroyed unopened", channel=str(channel.id), why=str(error))
    told = _tell(opened)
    with acting(actor.because(reason)):
        channel = open_for_change(actor, channel_id, Permission.CHANNELS_CONNECT)
        _let_go(channel, reason, now)
        troubles_over(channel, actor, now)
        record("channel.disconnected", channel, workspace_id=actor.workspace_id)
        raise_event(
            "channel.disconnected",
            f"{channel.network} {channel.username} was disconnected" + (f": {reason}" if reason else ""),
            workspace_id=actor.workspace_id,
            severity=Severity.INFO,
            category="channels",
            subject=channel,
            brand_id=channel.brand_id,
            channel_id=channel.id,
        )
    return Disconnected(channel, not told, told)


def _let_go(channel: Channel, reason: str, now: datetime) -> None:
    Credential.objects.filter(channel=channel).delete()
    PendingConnection.objects.filter(channel=channel).delete()
    Channel.objects.filter(id=channel.id).update(
        status=Status.REVOKED,
        status_reason=reason or "disconnected",
        health=Health.UNKNOWN,
        deleted_at=now,
        paused_at=None,
        paused_why="",
        version=F("version") + 1,
    )
    move(channel, Lifecycle.ARCHIVED)


def _tell(opened: Opened | None) -> str:
    """Ask the network to end the connection; answer "", or what its owner can do instead."""
    by_hand = "The network wasn't told. The owner can end Postroom's access in the account's settings there."
    if opened is None or opened.tokens is None:
        return by_hand
    if opened.network.connecting.revoke is None:
        return (
            f"{opened.network.label} has no way to be told. The owner can end Postroom's access in the settings there."
        )
    try:
        return "" if ask(_revoke, opened) else by_hand
    except Exception as error:  # noqa: BLE001 - whatever goes wrong there, the key is destroyed here
        log.warning("revoking failed", channel=str(opened.channel_id), error=type(error).__name__)
        return by_hand


async def _revoke(opened: Opened) -> bool:
    revoke, tokens = opened.network.connecting.revoke, opened.tokens
    if revoke is None or tokens is None:
        return False
    try:
        async with a_session() as session:
            await revoke(opened.line(session, guard()), tokens)
    except Stop as stop:
        log.info("revoking was refused", channel=str(opened.channel_id), why=stop.verdict.why)
        return False
    return True
