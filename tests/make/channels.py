"""Channels for tests: rows with sealed tokens, without a call to any network; and small networks of a test's own."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from postroom.brands.models import Brand
from postroom.channels.credentials import store_tokens
from postroom.channels.models import Channel
from postroom.channels.states import Health, Status
from postroom.networks import registry
from postroom.networks.shape import Connecting, Identity, Tokens
from postroom.workspaces.actors import Actor, acting

_numbers = count(1)


async def _nobody(line: Any) -> Identity:
    return Identity("nobody", "nobody")


def make_channel(
    owner: Actor,
    brand: Brand,
    *,
    network: str = "sandbox",
    server: str = "",
    tokens: Tokens | None = None,
    **fields: Any,
) -> Channel:
    """A connected channel of a brand. Its network needs not be there, unless something is to be sent."""
    number = next(_numbers)
    known = registry.names()
    try:
        connecting = registry.get(network).connecting if network in known else Connecting((), _nobody)
    except ImportError:
        connecting = Connecting((), _nobody)
    with acting(owner):
        channel = Channel.objects.create(
            workspace_id=owner.workspace_id,
            brand=brand,
            network=network,
            server=server,
            **{
                "network_user_id": f"user-{number}",
                "username": f"channel{number}",
                "display_name": f"Channel {number}",
                "status": Status.ACTIVE,
                "health": Health.HEALTHY,
                **fields,
            },
        )
        store_tokens(channel, tokens or make_tokens(number), connecting=connecting)
    return channel


def make_tokens(number: int = 0, *, seconds: float = 3600, now: datetime | None = None) -> Tokens:
    """Tokens that end so many seconds from now."""
    now = now or datetime.now(UTC)
    return Tokens(
        access=f"access-token-{number}",
        refresh=f"refresh-token-{number}",
        expires_at=now + timedelta(seconds=seconds),
        scopes=("write",),
        extra={"private": f"private-{number}"},
    )
