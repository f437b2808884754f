"""What the engine asks of lower rooms: what opens a channel, a renewed key, and files in the form they must have."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import aiohttp
import structlog

from postroom.channels.keeping import Outcome, keeper_of, mark_expired, refresh_channel
from postroom.channels.lines import in_thread, open_many
from postroom.kit.secrets import CannotOpen, KeyRingProblem
from postroom.networks.verdicts import Expired, Limited, Verdict
from postroom.publishing.claiming import Desk
from postroom.publishing.errands import Errand, Lane
from postroom.publishing.filing import bring_files

log = structlog.get_logger("postroom.opening")

BUSY_LOOKS = 15
"""Seconds to wait for somebody else's refresh of the same key."""
KEY_TROUBLE = 30.0
"""Seconds a channel is held when its key can't be renewed or opened just now."""


class Keys:
    """Opens channels that need no key, and posts without files: for tests and the bench."""

    async def open(self, desk: Desk, lanes: Sequence[Lane]) -> None:
        """Give each lane's line what opens its channel."""

    async def refresh(self, lane: Lane) -> Verdict | None:
        """Renew the lane's key. None: done. Expired: the owner has to reconnect. Else: what to do now."""
        del lane
        return Expired("There is no key to renew", refreshable=False)

    async def expired(self, lane: Lane, verdict: Expired) -> None:
        """The channel's key is dead: hold what is scheduled there and say so."""

    async def bring_files(self, desk: Desk, errands: Sequence[Errand], lanes: dict[str, Lane]) -> None:
        """Lay the files of these publications beside them, in the form their network needs."""


class ChannelKeys(Keys):
    """The worker's own: sealed tokens of the database, the token keeper's refresh, files of the library."""

    def __init__(self, session: aiohttp.ClientSession | None = None) -> None:
        """`session`: for refreshes; its own for each without one."""
        self.session = session

    async def open(self, desk: Desk, lanes: Sequence[Lane]) -> None:
        """Open the tokens of many channels with one question; a channel whose key can't be opened is held."""
        connection = await desk.open()
        try:
            found = await open_many(connection, [lane.channel_id for lane in lanes])
        except (CannotOpen, KeyRingProblem) as error:
            if len(lanes) == 1:
                log.warning("a key can't be opened", channel=lanes[0].channel_id, error=str(error))
                lanes[0].hold(desk.clock.after(KEY_TROUBLE), f"Its key can't be opened: {error}")
                return
            for lane in lanes:
                await self.open(desk, [lane])
            return
        for lane in lanes:
            opened = found.get(UUID(lane.channel_id))
            if opened is not None:
                lane.line.tokens, lane.line.app, lane.generation = opened.tokens, opened.app, opened.generation

    async def refresh(self, lane: Lane) -> Verdict | None:
        """Renew the key under the channel's one lock; if somebody else is at it, wait for theirs."""
        actor, channel_id = keeper_of(UUID(lane.workspace_id)), UUID(lane.channel_id)
        why = "The key is being renewed."
        for _ in range(BUSY_LOOKS):
            answer = await refresh_channel(
                actor=actor, channel_id=channel_id, now=lane.line.now(), seen=lane.generation, session=self.session
            )
            why = answer.why or why
            if answer.opened is not None and answer.outcome in {Outcome.REFRESHED, Outcome.FRESH}:
                lane.line.tokens, lane.generation = answer.opened.tokens, answer.opened.generation
                return None
            if answer.outcome in {Outcome.REFUSED, Outcome.IMPOSSIBLE}:
                return Expired(why, refreshable=False)
            if answer.outcome is not Outcome.BUSY:
                break
            await asyncio.sleep(1)
        return Limited(why, lane.line.now() + timedelta(seconds=KEY_TROUBLE))

    async def expired(self, lane: Lane, verdict: Expired) -> None:
        """Mark the channel, unless there is a newer key than the one that wasn't accepted."""
        actor = keeper_of(UUID(lane.workspace_id))
        await in_thread(mark_expired)(
            actor=actor,
            channel_id=UUID(lane.channel_id),
            why=verdict.why,
            now=lane.line.now(),
            seen=lane.generation,
        )

    async def bring_files(self, desk: Desk, errands: Sequence[Errand], lanes: dict[str, Lane]) -> None:
        """Ask the library; what isn't ready yet is asked for there."""
        await bring_files(await desk.open(), errands, lanes)
