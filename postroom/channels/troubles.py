"""What goes wrong with a channel: its key dies, or the network can't be asked. Counted, said once, and over again."""

from datetime import datetime
from typing import Final

from django.db.models import F

from postroom.channels.lines import Opened
from postroom.channels.models import Channel, Credential
from postroom.channels.states import Health, Status
from postroom.events.models import Severity
from postroom.events.recording import raise_event, resolve_events
from postroom.workspaces.actors import Actor

SECRET_FROM: Final = 12
"""Shorter texts are no secrets (a server's name, a scope), and leaving them out would garble sentences."""
SAID_AFTER: Final = 5
"""So many failures in a row before somebody is told."""


def in_words(why: str, opened: Opened | None = None) -> str:
    """Make a network's words fit for the database: not endless, and without the secrets it may have said after us."""
    tokens, app = (opened.tokens, opened.app) if opened else (None, None)
    secrets = [tokens.access, tokens.refresh or "", *tokens.extra.values()] if tokens else []
    secrets += [app.client_secret, *app.extra.values()] if app else []
    for secret in secrets:
        if len(secret) >= SECRET_FROM:
            why = why.replace(secret, "…")
    return why.replace("\x00", "")[:1000].strip()


def key_died(channel: Channel, why: str, now: datetime, *, status: Status = Status.EXPIRED) -> bool:
    """Note that the network doesn't take the channel's key any more, within a scope; False if that is known already.

    What is scheduled waits until the owner reconnects.
    """
    Credential.objects.filter(channel=channel).update(refresh_at=None, refreshing_until=None)
    won = (
        Channel.objects.filter(id=channel.id, deleted_at=None)
        .exclude(status=status)
        .update(
            status=status,
            status_reason=why,
            health=Health.UNHEALTHY,
            error_count=F("error_count") + 1,
            last_error=why,
            last_error_at=now,
            version=F("version") + 1,
        )
    )
    if won:
        raise_event(
            f"channel.{status.value}",
            f"{channel.network} {channel.username} has to be reconnected by its owner: {why}",
            workspace_id=channel.workspace_id,
            severity=Severity.ERROR,
            category="channels",
            subject=channel,
            brand_id=channel.brand_id,
            channel_id=channel.id,
            dedupe=f"channel.key:{channel.id}",
        )
    return bool(won)


def call_failed(channel: Channel, why: str, now: datetime, *, health: Health = Health.DEGRADED) -> None:
    """Note that a call failed in a way that says nothing about the key, within a scope."""
    Channel.objects.filter(id=channel.id).update(
        health=health, error_count=F("error_count") + 1, last_error=why, last_error_at=now
    )
    channel.refresh_from_db(fields=["error_count"])
    if channel.error_count >= SAID_AFTER:
        raise_event(
            "channel.unreachable",
            f"{channel.network} {channel.username} can't be reached, {channel.error_count} times in a row: {why}",
            workspace_id=channel.workspace_id,
            severity=Severity.WARNING,
            category="channels",
            subject=channel,
            brand_id=channel.brand_id,
            channel_id=channel.id,
            dedupe=f"channel.unreachable:{channel.id}",
        )


def call_worked(channel: Channel, actor: Actor, now: datetime) -> None:
    """Note that the channel's key works, within a scope."""
    ill = Channel.objects.filter(id=channel.id).exclude(status=Status.ACTIVE, health=Health.HEALTHY, error_count=0)
    won = ill.exclude(status__in=(Status.REVOKED, Status.PENDING)).update(
        status=Status.ACTIVE,
        status_reason="",
        health=Health.HEALTHY,
        error_count=0,
        version=F("version") + 1,
    )
    if won:
        troubles_over(channel, actor, now)


def troubles_over(channel: Channel, actor: Actor, now: datetime) -> None:
    """Resolve what was said about this channel's key, within a scope."""
    said = [f"channel.key:{channel.id}", f"channel.unreachable:{channel.id}"]
    resolve_events(workspace_id=channel.workspace_id, now=now, by=actor.kind, by_id=actor.id, dedupe__in=said)
