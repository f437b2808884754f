"""A process of its own that renews one channel’s key as the engine: it is given a workspace and a channel by id.

It says "ready", waits for a line, then goes; it prints how that ended.
"""

import asyncio
import sys
from datetime import UTC, datetime
from uuid import UUID

import django

from postroom.config.env import choose_role
from postroom.networks import registry
from postroom.networks.line import Line
from postroom.networks.shape import Connecting, Format, Identity, Network, Tokens


async def refresh(line: Line, tokens: Tokens, now: datetime) -> Tokens:
    answer = await line.call("POST", "/refresh", form={"token": str(tokens.refresh)}, signed=False)
    return Tokens(access=str(answer.field("access")), refresh=str(answer.field("refresh")))


async def whoami(line: Line) -> Identity:
    return Identity("id", "name")


def main(workspace_id: UUID, channel_id: UUID) -> None:
    choose_role("engine")
    django.setup()
    from postroom.channels.keeping import keeper_of, refresh_channel

    connecting = Connecting((), whoami, refresh=refresh)
    registry.add(Network("faraway", "Faraway", frozenset({Format.TEXT}), (), (), connecting))
    print("ready", flush=True)
    sys.stdin.readline()
    answer = asyncio.run(
        refresh_channel(actor=keeper_of(workspace_id), channel_id=channel_id, now=datetime.now(UTC), seen=1)
    )
    print(answer.outcome.value, flush=True)


if __name__ == "__main__":
    main(UUID(sys.argv[1]), UUID(sys.argv[2]))
