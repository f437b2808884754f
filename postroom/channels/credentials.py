"""A channel's tokens in the database: sealed, bound to workspace and channel, each new one counted as a generation."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import F

from postroom.channels.models import Channel, Credential
from postroom.channels.sealing import credential_place, open_json, seal_json
from postroom.kit.secrets import Sealed
from postroom.networks.shape import App, Connecting, Tokens

_random: Final = random.SystemRandom()
JITTER: Final = 0.2
"""Part of the time before a token's end by which refreshes are spread, so that a thousand tokens made at once don't end
at once."""


def seal_tokens(tokens: Tokens, *, workspace_id: UUID, channel_id: UUID) -> Sealed:
    """Seal tokens for this channel of this workspace."""
    return seal_json(as_json(tokens), bound_to=credential_place(workspace_id, channel_id))


def open_tokens(key_id: str, sealed: bytes, *, workspace_id: UUID | str, channel_id: UUID | str) -> Tokens:
    """Open a channel's tokens. Raises postroom.kit.secrets.CannotOpen, KeyRingProblem."""
    return from_json(open_json(key_id, sealed, bound_to=credential_place(workspace_id, channel_id)))


def columns_of(tokens: Tokens, sealed: Sealed, *, connecting: Connecting) -> dict[str, Any]:
    """Give the columns of a credential that follow from new tokens."""
    return {
        "key_id": sealed.key_id,
        "sealed": sealed.content,
        "scopes": list(tokens.scopes),
        "expires_at": tokens.expires_at,
        "refresh_expires_at": tokens.refresh_expires_at,
        "refresh_at": refresh_at(tokens, connecting),
        "refreshing_until": None,
        "refresh_failures": 0,
    }


def refresh_at(tokens: Tokens, connecting: Connecting) -> datetime | None:
    """When to renew tokens: `refresh_early` seconds before they end, and earlier by some jitter; None for never."""
    ends = tokens.expires_at
    if connecting.refresh is None or ends is None:
        return None
    return ends - timedelta(seconds=connecting.refresh_early * (1 + _random.uniform(0, JITTER)))


def store_tokens(channel: Channel, tokens: Tokens, *, connecting: Connecting) -> Credential:
    """Store a channel's tokens in place of those it had, within the transaction of a verb."""
    sealed = seal_tokens(tokens, workspace_id=channel.workspace_id, channel_id=channel.id)
    columns = columns_of(tokens, sealed, connecting=connecting)
    known = Credential.objects.filter(channel=channel)
    if known.update(**columns, generation=F("generation") + 1):
        return known.get()
    return Credential.objects.create(workspace_id=channel.workspace_id, channel=channel, **columns)


def as_json(tokens: Tokens) -> dict[str, Any]:
    """Write tokens as plain values. Secret."""
    return {
        "access": tokens.access,
        "refresh": tokens.refresh,
        "expires_at": tokens.expires_at.isoformat() if tokens.expires_at else None,
        "refresh_expires_at": tokens.refresh_expires_at.isoformat() if tokens.refresh_expires_at else None,
        "scopes": list(tokens.scopes),
        "extra": dict(tokens.extra),
    }


def from_json(found: Mapping[str, Any]) -> Tokens:
    """Read what `as_json` wrote."""
    return Tokens(
        access=found["access"],
        refresh=found["refresh"],
        expires_at=_moment(found["expires_at"]),
        refresh_expires_at=_moment(found["refresh_expires_at"]),
        scopes=tuple(found["scopes"]),
        extra=found["extra"],
    )


def app_as_json(app: App, *, redirect_uri: str = "") -> dict[str, Any]:
    """Write the secret part of an app's registration. `redirect_uri`: what it was registered with by ourselves."""
    return {"client_secret": app.client_secret, "extra": dict(app.extra), "redirect_uri": redirect_uri}


def app_from_json(client_id: str, found: Mapping[str, Any]) -> App:
    """Read what `app_as_json` wrote."""
    return App(client_id, found["client_secret"], found["extra"])


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
