"""What a network's quotas still allow, looked at whenever lanes are fed: we wait before the network has to ask for it.

Counted are posts (each part of a thread is one), for a channel or a whole app, and uploads (files), for a channel.

A channel's count is what became public within the window and what its lane was handed since. A lane is in one worker's
hands, so it goes over by what is in doubt, at most. Uploads of posts that failed in the end aren't counted.

An app's count is shared by workers. So its lanes get one post at a time, and each time it is counted anew: what became
public, and a post for each of its lanes that may be sending. Two workers may still hand out the last post in the same
moment: an app goes over its quota by what is in flight (with the further parts of such threads), never by more.

Requests, and whatever is counted for a whole server, are left to the network's own "wait" (the verdict Limited): a step
calls as often as it has to, and other rooms call too.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from postroom.networks.quotas import Quota, quotas
from postroom.publishing.errands import Allowance, Errand, Lane
from postroom.publishing.ledger import Row, as_json
from postroom.publishing.sql import load

COUNTED = ("posts", "uploads")
SOON = timedelta(seconds=1)
"""When an app is looked at again whose last posts are on their way."""

Cost = dict[str, int]
"""{"posts": 1, "uploads": 0}"""
Priced = list[tuple[Errand, Cost]]
Refused = tuple[Errand, Allowance]
App = tuple[str, str]
"""An app at one network: its workspace and its server."""
Hold = tuple[Lane, datetime, str]
"""An app to hold (that of this lane), until when, and why."""


def cost_of(errand: Errand) -> Cost:
    """What sending it will cost: the parts that aren't public and the files that weren't put up yet.

    Nothing, where it will only be looked up or set aside.
    """
    state = errand.checkpoint
    if errand.is_missed:
        return {"posts": 0, "uploads": 0}
    part, is_in_doubt = state.get("part", 0), "doubt" in state
    first = part + 1 if is_in_doubt or state.get("bag") else part
    return {
        "posts": max(errand.content.parts - part - is_in_doubt, 0),
        "uploads": sum(int(file.get("item_position") or 0) >= first for file in errand.content.media),
    }


class Spending:
    """Counts for one worker what its lanes may send now."""

    def __init__(self, connection: psycopg.AsyncConnection[Any], worker: UUID, now: datetime) -> None:
        """Count as of `now`."""
        self.connection, self.worker, self.now = connection, worker, now

    async def allow(self, lanes: Sequence[Lane], found: dict[str, list[Errand]]) -> list[Hold]:
        """Take out of `found` (what is due, by channel) what may not go out yet.

        A lane is held when its posts are used up; where its app's are, the answer says so. What wants to upload more
        than it may is put off by itself, and words go on.
        """
        by_network: dict[str, list[Lane]] = defaultdict(list)
        for lane in lanes:
            if lane.channel_id in found:
                by_network[lane.network.name].append(lane)
        holds: list[Hold] = []
        for group in by_network.values():
            known = [quota for quota in quotas(group[0].network) if quota.what in COUNTED]
            if known:
                holds += await self._allow(known, group, found)
        return holds

    async def _allow(self, known: Sequence[Quota], lanes: Sequence[Lane], found: dict[str, list[Errand]]) -> list[Hold]:
        """Do it for lanes of one network that has quotas."""
        priced = {lane.channel_id: [(one, cost_of(one)) for one in found[lane.channel_id]] for lane in lanes}
        for what in COUNTED:
            await self._read_channels(what, known, lanes, priced)
        apps = await self._read_apps(known, lanes)
        holds: dict[App, Hold] = {}
        put_off: list[Row] = []
        for lane in lanes:
            app = (lane.workspace_id, lane.server)
            shared = apps.get(app, [])
            found[lane.channel_id], refused = _hand_out(lane, priced[lane.channel_id], shared)
            # What was short after something was handed out stays due: it is counted anew when the lane is next claimed.
            put_off += [_put_off(lane, one, short) for one, short in refused if short.is_of_files and not short.used]
            short = next((short for _, short in refused if not short.is_of_files), None)
            if short is None or found[lane.channel_id]:
                continue
            if short in shared:
                until = short.again if short.is_spent else self.now + SOON
                holds[app] = (lane, until, _why(lane, short, until))
            elif not short.used:
                lane.hold(short.again, _why(lane, short, short.again))
        if put_off:
            await self.connection.execute(load("put_off"), {"rows": as_json(put_off)})
        return list(holds.values())

    async def _read_channels(
        self, what: str, known: Sequence[Quota], lanes: Sequence[Lane], priced: dict[str, Priced]
    ) -> None:
        """Read what the lanes' channels have spent of a kind, where a lane wants some and hasn't been told yet."""
        windows = [quota.seconds for quota in known if (quota.what, quota.per) == (what, "channel")]
        new = [lane for lane in lanes if what not in lane.allowances and _wants(what, priced[lane.channel_id])]
        if not windows or not new:
            return
        rows = await self._ask("spent", windows, what=what, lanes=[lane.channel_id for lane in new])
        spent = {(row[0], row[1]): (int(row[2]), row[3]) for row in rows}
        for lane in new:
            own = [
                one for one in quotas(lane.network, lane.line.who.learned) if (one.what, one.per) == (what, "channel")
            ]
            lane.allowances[what] = [
                Allowance(one, *spent.get((lane.channel_id, place), (0, None)), self.now)
                for place, one in enumerate(own, 1)
            ]

    async def _read_apps(self, known: Sequence[Quota], lanes: Sequence[Lane]) -> dict[App, list[Allowance]]:
        """Read what the lanes' apps have spent, where their network counts posts for an app."""
        own = [quota for quota in known if (quota.what, quota.per) == ("posts", "app")]
        by_app: dict[App, list[Lane]] = defaultdict(list)
        for lane in lanes if own else ():
            by_app[lane.workspace_id, lane.server].append(lane)
        found = {}
        for (workspace, server), group in by_app.items():
            rows = await self._ask(
                "app_spent",
                [quota.seconds for quota in own],
                lanes=[lane.channel_id for lane in group],
                workspace=workspace,
                network=group[0].network.name,
                server=server,
                worker=self.worker,
                now=self.now,
            )
            ending = sum(lane.last is not None and not lane.last.done() for lane in group)
            found[workspace, server] = [
                Allowance(quota, int(posts), first, self.now, busy=int(busy) + ending)
                for quota, (busy, posts, first) in zip(own, rows, strict=True)
            ]
        return found

    async def _ask(self, name: str, windows: Sequence[int], **parameters: Any) -> list[tuple[Any, ...]]:
        since = [self.now - timedelta(seconds=seconds) for seconds in windows]
        return await (await self.connection.execute(load(name), {"since": since, **parameters})).fetchall()


def _wants(what: str, priced: Priced) -> bool:
    return any(cost[what] for _, cost in priced)


def _hand_out(lane: Lane, priced: Priced, shared: Sequence[Allowance]) -> tuple[list[Errand], list[Refused]]:
    """Give what of this the lane may send, and what it may not, each with the allowance that was too small."""
    allowances = [*(one for own in lane.allowances.values() for one in own), *shared]
    kept: list[Errand] = []
    refused: list[Refused] = []
    for errand, cost in priced:
        lacking = next((one for one in allowances if not one.fits(cost[one.quota.what])), None)
        if lacking is not None:
            refused.append((errand, lacking))
            continue
        for one in allowances:
            one.used += cost[one.quota.what]
        kept.append(errand)
        if shared:
            break
    return kept, refused


def _put_off(lane: Lane, errand: Errand, short: Allowance) -> Row:
    why = _why(lane, short, short.again)
    return {"id": errand.id, "fence": errand.fence, "version": errand.version, "until": short.again, "why": why}


def _why(lane: Lane, short: Allowance, until: datetime) -> str:
    return f"{lane.network.label} takes at most {short.quota}. More can go out from {until:%Y-%m-%d %H:%M:%S} UTC on."
