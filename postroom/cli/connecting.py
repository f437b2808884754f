"""Connecting from a terminal: at once, or through the network's pages while the terminal waits."""

import select
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from postroom.cli.asking import read_asks
from postroom.cli.output import Problem, WronglyCalled, say, show_json

if TYPE_CHECKING:
    from postroom.channels.connecting import Begun
    from postroom.channels.queries import WayRow
    from postroom.workspaces.actors import Actor

LOOK_EVERY = 1.0
"""Seconds between looks whether the owner is back."""


def connect_account(
    actor: "Actor",
    network: str,
    way: str,
    given: Mapping[str, str],
    *,
    brand_id: UUID | None = None,
    channel_id: UUID | None = None,
    wait: bool = True,
) -> UUID | None:
    """Connect, and give the channel's id; None where the owner is still at the network's pages."""
    from django.conf import settings

    from postroom.channels.connecting import begin_connection, connect_directly

    by = _way(network, way)
    say(by.explains)
    wanted = {"network": network, "way": by.name, "brand_id": brand_id, "channel_id": channel_id}
    fields = read_asks(by, given)
    now = datetime.now(UTC)
    if not by.redirects:
        return connect_directly(actor=actor, fields=fields, now=now, **wanted).id  # type: ignore[arg-type] # as typed above
    before = _known(actor, network)
    back = f"{settings.PUBLIC_URL}/channels/return"
    begun = begin_connection(actor=actor, fields=fields, redirect_uri=back, now=now, **wanted)  # type: ignore[arg-type] # as typed above
    if not wait:
        show_json({"id": begun.id, "url": begun.authorize_url, "expires_at": begun.expires_at})
        return None
    say(f"\nOpen this address, sign in and consent:\n\n  {begun.authorize_url}\n")
    say(f"Waiting until you are back at {back}. If that page can't be reached, paste its address here.")
    return _await(actor, network, begun, before)


def _way(network: str, name: str) -> "WayRow":
    from postroom.channels.queries import ways_to_connect

    ways = ways_to_connect(network)
    found = [way for way in ways if name in {"", way.name}]
    if not found:
        raise WronglyCalled(f"--way: found {name!r}; allowed is {' or '.join(way.name for way in ways)}")
    if len(found) > 1:
        several = "\n".join(f"  --way {way.name}: {way.label}" for way in found)
        raise WronglyCalled(f"{network} can be connected in several ways; say which:\n{several}")
    return found[0]


def _await(actor: "Actor", network: str, begun: "Begun", before: Mapping[UUID, int]) -> UUID:
    from postroom.channels.queries import why_refused

    listening = True
    until = begun.expires_at + timedelta(seconds=5)
    while datetime.now(UTC) < until:
        if listening and select.select([sys.stdin], [], [], LOOK_EVERY)[0]:
            line = sys.stdin.readline()
            listening = bool(line)
            if line.strip():
                return _finish(actor, line.strip())
        elif not listening:
            time.sleep(LOOK_EVERY)
        for channel_id, version in _known(actor, network).items():
            if before.get(channel_id) != version:
                return channel_id
        if (why := why_refused(actor, begun.id)) is not None:
            raise Problem(f"It was not connected: {why}")
    raise Problem("Nobody came back from the network within the hour. Begin again.")


def _finish(actor: "Actor", address: str) -> UUID:
    from postroom.channels.connecting import finish_connection

    params = dict(parse_qsl(urlsplit(address).query))
    if "state" not in params:
        raise Problem("This isn't the address the network sent you back to: it has no “state”.")
    return finish_connection(actor=actor, params=params, now=datetime.now(UTC)).id


def _known(actor: "Actor", network: str) -> dict[UUID, int]:
    from postroom.channels.queries import channels

    return {row.id: row.version for row in channels(actor, network=network, limit=10_000)}
