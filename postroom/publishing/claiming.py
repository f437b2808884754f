"""Taking lanes and what is due on them, and letting them go: the questions a worker asks between sends."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from postroom.channels.states import SENDS
from postroom.kit.ids import uuid7
from postroom.networks import registry
from postroom.publishing.clock import DatabaseClock
from postroom.publishing.drafting import Content, make_content
from postroom.publishing.errands import Errand, Lane
from postroom.publishing.ledger import as_json, connect
from postroom.publishing.spending import Spending
from postroom.publishing.sql import load

SENDING_LIVES = [str(state.value) for state in SENDS]
SHARE = 0.75
"""Of a worker's lanes one workspace may hold at most this part, so that another's single post never waits for it."""
Rows = list[tuple[Any, ...]]


class Desk:
    """One connection that claims, reads and releases. Used by one coroutine at a time."""

    def __init__(self, dsn: str, worker: UUID, clock: DatabaseClock, *, at_once: int, missed_after: float) -> None:
        """`at_once`: lanes held at most. `missed_after`: hours, where a workspace doesn't say otherwise."""
        self._dsn, self.worker, self.clock = dsn, worker, clock
        self._at_once, self._missed = at_once, missed_after
        self._connection: psycopg.AsyncConnection[Any] | None = None

    async def open(self) -> psycopg.AsyncConnection[Any]:
        """Give the connection, opening it again if it was lost. Errors: psycopg.OperationalError."""
        if self._connection is None or self._connection.closed:
            self._connection = await connect(self._dsn, "desk")
        return self._connection

    async def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close()

    async def ask(self, name: str, **parameters: Any) -> Rows:
        """Run `sql/<name>.sql`."""
        connection = await self.open()
        return await (await connection.execute(load(name), parameters)).fetchall()

    # ------------------------------------------------------------ lanes

    async def claim(self, held: Iterable[Lane], free: int) -> Rows:
        """Take up to `free` lanes that have something due, workspaces in turn."""
        mine = Counter(lane.workspace_id for lane in held)
        return await self.ask(
            "claim_lanes",
            mine=as_json([{"workspace_id": key, "lanes": count} for key, count in mine.items()]),
            now=self.clock.now(),
            sends=SENDING_LIVES,
            networks=list(registry.names()),
            share=max(1, int(self._at_once * SHARE)),
            free=free,
            worker=self.worker,
        )

    async def next_due(self) -> datetime | None:
        """When there is something to do next on a lane that nobody holds."""
        rows = await self.ask("next_due", now=self.clock.now(), sends=SENDING_LIVES, networks=list(registry.names()))
        found: datetime | None = rows[0][0]
        return found

    async def still_sending(self) -> set[str]:
        """Which of my lanes may go on: nothing was paused meanwhile."""
        return {row[0] for row in await self.ask("still_sending", worker=self.worker, sends=SENDING_LIVES)}

    async def release(self, lanes: Sequence[Lane]) -> list[Lane]:
        """Let lanes go; gives back those that are locked right now, to be tried again."""
        rows = [{"id": lane.channel_id, "hold": lane.hold_until, "why": lane.hold_why} for lane in lanes]
        connection = await self.open()
        async with connection.transaction():
            ids = [lane.channel_id for lane in lanes]
            locked = {row[0] for row in await self.ask("lock_lanes", lanes=ids, worker=self.worker)}
            free = [row for row in rows if row["id"] in locked]
            if free:
                await connection.execute(load("release_lanes"), {"rows": as_json(free)})
        posted = [{"id": lane.channel_id, "posted": lane.posted_at} for lane in lanes if lane.posted_at]
        if posted:
            await connection.execute(load("used_channels"), {"rows": as_json(posted)})
            for lane in lanes:
                lane.posted_at = None
        if len(locked) == len(lanes):
            return []
        return await self._still_mine([lane for lane in lanes if lane.channel_id not in locked])

    async def _still_mine(self, lanes: list[Lane]) -> list[Lane]:
        connection = await self.open()
        found = await connection.execute(
            "SELECT channel_id::text FROM publishing_lane WHERE channel_id = any(%s::uuid[]) AND worker = %s",
            [[lane.channel_id for lane in lanes], self.worker],
        )
        mine = {row[0] for row in await found.fetchall()}
        return [lane for lane in lanes if lane.channel_id in mine]

    async def hold_app(self, lane: Lane, until: datetime, why: str) -> None:
        """Hold all channels of a workspace at this network (or server)."""
        connection = await self.open()
        parameters = {
            "id": uuid7(),
            "workspace": lane.workspace_id,
            "network": lane.network.name,
            "server": lane.server,
            "until": until,
            "why": why[:500],
        }
        await connection.execute(load("hold_app"), parameters)

    # ------------------------------------------------------------ what is due

    async def take(self, lanes: Sequence[Lane], each: int) -> dict[str, list[Errand]]:
        """Read what is due on these lanes and may go out now, up to `each` of one, with what it says.

        What their networks' quotas don't allow yet is left out; see `spending`.
        """
        rows = await self.ask(
            "take",
            lanes=[lane.channel_id for lane in lanes],
            now=self.clock.now(),
            missed=self._missed,
            each=each,
        )
        if not rows:
            return {}
        posts = {row[0]: row for row in await self.ask("contents", posts=list({row[3] for row in rows}))}
        plain: dict[str, Content] = {}
        found: dict[str, list[Errand]] = {}
        for row in rows:
            post_id = row[3]
            if row[10] is None and not row[11] and not row[12] and row[13] is None and row[14] is None:
                content = plain.get(post_id)
                if content is None:
                    content = plain[post_id] = content_of(posts[post_id])
            else:
                content = content_of(posts[post_id], row)
            found.setdefault(row[1], []).append(Errand(row, content))
        now = self.clock.now()
        for lane, until, why in await Spending(await self.open(), self.worker, now).allow(lanes, found):
            await self.hold_app(lane, until, why)
        return found


def content_of(post: tuple[Any, ...], own: tuple[Any, ...] | None = None) -> Content:
    """Make the content from a row of `contents.sql` and, where it has words of its own, one of `take.sql`."""
    _, type_, text, link, languages, poll, ai_made, hashtags, items, media = post
    return make_content(
        type_=type_,
        text=text,
        link=link,
        languages=languages,
        poll=poll,
        ai_made=ai_made,
        hashtags=hashtags,
        items=items,
        media=media,
        own_text=own[10] if own else None,
        own_options=own[11] if own else None,
        own_format=own[12] if own else "",
        own_items=own[13] if own else None,
        own_media=own[14] if own else None,
    )
