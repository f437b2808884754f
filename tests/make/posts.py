"""Channels without a network behind them, and posts on them, for tests of planning."""

from datetime import UTC, datetime
from itertools import count
from uuid import UUID

from postroom.brands.models import Brand
from postroom.channels.models import Channel
from postroom.channels.states import Status
from postroom.posts.content import Writing
from postroom.publishing.planning import Plan, Variant, compose_post
from postroom.publishing.timing import When
from postroom.workspaces.actors import Actor, acting

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_numbers = count(1)


def make_silent_channel(owner: Actor, brand: Brand, *, network: str = "bluesky", **columns: object) -> Channel:
    """A connected channel that nobody answers for: enough to plan on."""
    number = next(_numbers)
    with acting(owner):
        return Channel.objects.create(
            workspace_id=owner.workspace_id,
            brand=brand,
            network=network,
            network_user_id=f"user-{number}",
            username=f"channel{number}",
            status=Status.ACTIVE,
            **columns,
        )


def make_post(
    owner: Actor, brand: Brand, *channels: Channel, text: str = "Hello", when: When | None = None, now: datetime = NOW
) -> Plan:
    """A post on these channels."""
    return compose_post(
        actor=owner,
        brand_id=brand.id,
        writing=Writing(text=text),
        variants=[Variant(channel.id) for channel in channels],
        when=when,
        now=now,
    )


def nobody() -> UUID:
    """An id that nothing has."""
    return UUID(int=next(_numbers))
