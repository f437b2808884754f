"""A process of its own that acts as the engine: `refresh WORKSPACE CHANNEL`, `due`, or `rotate`.

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


def main(what: str, *ids: str) -> None:
    choose_role("engine")
    django.setup()
    from postroom.channels.checking import due_checks
    from postroom.channels.keeping import keeper_of, refresh_channel, refresh_due
    from postroom.channels.sealing import rotate_keys, still_under_old_keys

    connecting = Connecting((), whoami, refresh=refresh)
    registry.add(Network("faraway", "Faraway", frozenset({Format.TEXT}), (), (), connecting))
    print("ready", flush=True)
    sys.stdin.readline()
    now = datetime.now(UTC)
    if what == "refresh":
        workspace_id, channel_id = map(UUID, ids)
        work = refresh_channel(actor=keeper_of(workspace_id), channel_id=channel_id, now=now, seen=1)
        print(asyncio.run(work).outcome.value, flush=True)
    elif what == "due":
        print(len(due_checks(now)), asyncio.run(refresh_due(now=lambda: now)), flush=True)
    else:
        print(sum(rotate_keys(now=now, batch=2)), still_under_old_keys(), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
