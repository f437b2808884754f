"""The engine: wakes when something is due, takes lanes, runs errands on them, and lets the lanes go.

One asyncio process holds many lanes; each is a coroutine that sends one publication after the other. Waking comes
from NOTIFY and from the next due time; a slow look every half minute is only a safety net.
"""

import asyncio
import contextlib
import time
from typing import Any
from uuid import UUID

import psycopg
import structlog

from postroom.kit.http import Guard, open_session
from postroom.kit.ids import uuid7
from postroom.networks import registry
from postroom.networks.line import Line, Who
from postroom.publishing import adopting
from postroom.publishing.claiming import Desk
from postroom.publishing.clock import DatabaseClock
from postroom.publishing.errands import Errand, Lane
from postroom.publishing.ledger import Ledger, Row
from postroom.publishing.living import BEAT, Life
from postroom.publishing.opening import Keys
from postroom.publishing.renewing import Renewer
from postroom.publishing.rolling import Roller
from postroom.publishing.scribing import Scribe
from postroom.publishing.sending import Observer, Sender

log = structlog.get_logger("postroom.engine")

EACH = 10
"""Publications read ahead on one lane. They stay as they are in the database until they are begun."""
TURN = 0.25
"""Seconds after which a lane gives way when others wait for a place."""
PACE = 0.01
"""Seconds between two rounds: lanes that get hungry or leave meanwhile are served by the same questions."""
SAFETY = 30.0
"""Seconds between two looks that nothing has asked for."""
_DATABASE_AWAY = (psycopg.OperationalError, psycopg.InterfaceError, OSError)


class Engine:
    """Sends what is due. `run` returns after `stop` when the calls under way have ended."""

    def __init__(
        self,
        dsn: str,
        *,
        keys: Keys,
        guard: Guard,
        at_once: int = 500,
        missed_after: float = 2,
        observer: Observer | None = None,
        call_timeout: float = 30,
    ) -> None:
        """`dsn`: the database as the engine role. `at_once`: channels sent on at the same moment, at most.

        `missed_after`: hours. `call_timeout`: seconds of one HTTP call.
        """
        self.worker: UUID = uuid7()
        self.clock = DatabaseClock()
        self.keys, self.guard, self.at_once = keys, guard, at_once
        self.ledger = Ledger(dsn, self.worker)
        self.desk = Desk(dsn, self.worker, self.clock, at_once=at_once, missed_after=missed_after)
        self.life = Life(dsn, self.worker, self.clock, woken=self._woken)
        self.roller = Roller(dsn)
        self.scribe, self.sender = self._make_sender(missed_after, observer)
        self._call_timeout = call_timeout
        self.lanes: dict[str, Lane] = {}
        self._hungry: list[tuple[Lane, asyncio.Future[bool]]] = []
        self._leaving: list[Lane] = []
        self._jobs: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._alarm = 0.0
        self._recheck = False
        self._strays = False
        """Lanes or publications may stand in a name that doesn't hold them."""
        self._swept = 0.0
        self._crowded = False
        self._stopping = False
        self._app_holds: list[tuple[Lane, Any, str]] = []
        self._memories: dict[str, dict[str, str]] = {}
        self.life.numbers = self.numbers

    def _make_sender(self, missed_after: float, observer: Observer | None) -> tuple[Scribe, Sender]:
        """Make those who send and write."""
        scribe = Scribe(
            ledger=self.ledger,
            clock=self.clock,
            tried_for=max(missed_after * 3600, 600),
            touched=self.roller.touch,
            late=self._late,
        )
        sender = Sender(
            scribe=scribe,
            renewer=Renewer(refresh=self.keys.refresh, expired=self.keys.expired),
            may_call=self.life.may_call,
            hold_app=self._hold_app,
            observer=observer,
        )
        return scribe, sender

    # ------------------------------------------------------------ life

    async def run(self, stop: asyncio.Event, *, patience: float = 30) -> None:
        """Work until `stop` is set, then end: no new claims, up to `patience` seconds for calls under way."""
        self.session = open_session(self.guard, at_once=max(self.at_once, 100))
        stopped: asyncio.Task[Any] = asyncio.create_task(stop.wait())
        parts = [
            asyncio.create_task(coroutine)
            for coroutine in (self._live(), self.life.watch(), self.ledger.run(), self.roller.run())
        ]
        try:
            ended, _ = await asyncio.wait([stopped, *parts], return_when=asyncio.FIRST_COMPLETED)
            for part in ended - {stopped}:  # none of them ends but by a mistake: then the process has to begin anew
                part.result()
            await self._finish(patience)
        finally:
            self._stopping = True
            await _cancel([stopped, parts[0], *self._jobs])
            with contextlib.suppress(*_DATABASE_AWAY):
                await self.roller.flush()
            await _cancel(parts)
            await self.session.close()
            await self.desk.close()
            await self.roller.close()
            await self.life.end()

    async def _live(self) -> None:
        """Be named once the lock is held, then dispatch, with a heartbeat beside it."""
        await self.life.locked.wait()
        while not await self._beat():  # noqa: ASYNC110 - the database is away, nobody can tell when it is back
            await asyncio.sleep(0.5)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._dispatch())
            tasks.create_task(self._heart())

    async def _finish(self, patience: float) -> None:
        """Let the calls under way end, and the lanes go."""
        self._stopping = True
        self._wake.set()
        until = time.monotonic() + patience
        while (self.lanes or self._leaving) and time.monotonic() < until:  # noqa: ASYNC110 - bounded, and only at the end
            await asyncio.sleep(0.02)

    async def _heart(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            await self._beat()

    async def _beat(self) -> bool:
        """Say that we live, and take over from those who don't; False while the database is away."""
        try:
            await self.life.beat()
            await self._adopt()
        except _DATABASE_AWAY as error:
            log.warning("no heartbeat", error=str(error).strip()[:200])
            return False
        return True

    async def _adopt(self) -> None:
        posts = await adopting.adopt_dead(await self.life.connection(), self.worker, self.clock.now())
        for post_id in posts:
            self.roller.touch(post_id)
        if posts:
            self._woken(0.0)

    @property
    def sent(self) -> int:
        """How many things this worker has made public."""
        return self.scribe.sent

    def numbers(self) -> dict[str, Any]:
        """What this worker does right now."""
        return {
            "lanes": len(self.lanes),
            "sent": self.sent,
            "flushes": self.ledger.flushes,
            "written": self.ledger.written,
        }

    # ------------------------------------------------------------ waking

    def _woken(self, moment: float) -> None:
        """Something becomes due at `moment` (epoch seconds); 0 = who may send has changed."""
        if moment == 0:
            self._recheck = True
        if moment < self._alarm:
            self._alarm = moment
            self._wake.set()

    async def _sleep(self) -> None:
        """Sleep until the alarm, or until woken."""
        wait = self._alarm - self.clock.now().timestamp()
        if wait > 0 and not self._wake.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(wait, SAFETY)):
                    await self._wake.wait()
        self._wake.clear()

    # ------------------------------------------------------------ dispatching

    async def _dispatch(self) -> None:
        """Feed hungry lanes, let leaving ones go, claim new ones: one round after the other."""
        while True:
            try:
                await self._round()
            except _DATABASE_AWAY as error:
                log.warning("the database is away", error=str(error).strip()[:200])
                self._alarm, self._strays = 0.0, True
                await asyncio.sleep(0.3)
            except Exception:
                log.exception("a mistake while dispatching")
                await asyncio.sleep(1)
            await asyncio.sleep(PACE)
            await self._sleep()

    async def _round(self) -> None:
        if self._app_holds:
            holds, self._app_holds = self._app_holds, []
            for lane, until, why in holds:
                await self.desk.hold_app(lane, until, why)
        if self._recheck and self.lanes:
            may = await self.desk.still_sending()
            for channel_id, lane in self.lanes.items():
                lane.stop = lane.stop or channel_id not in may
        self._recheck = False
        if self._strays or self._swept + SAFETY < time.monotonic():
            self._strays, self._swept = False, time.monotonic()
            await self._take_up_strays()
        await self._feed()
        await self._let_go()
        if not self._stopping and self._alarm <= self.clock.now().timestamp():
            await self._claim()

    async def _take_up_strays(self) -> None:
        """Free lanes that stand in our name though we don't hold them, and whatever was begun and is in no hands."""
        connection, now = await self.desk.open(), self.clock.now()
        posts = await adopting.adopt(connection, self.worker, now, besides=list(self.lanes))
        posts |= await adopting.adopt_strays(connection, now)
        for post_id in posts:
            self.roller.touch(post_id)

    async def _feed(self) -> None:
        if not self._hungry:
            return
        hungry, self._hungry = self._hungry, []
        try:
            found = {} if self._stopping else await self.desk.take([lane for lane, _ in hungry], EACH)
            if found:
                read = [errand for errands in found.values() for errand in errands]
                await self.keys.bring_files(self.desk, read, {lane.channel_id: lane for lane, _ in hungry})
        except BaseException:
            self._hungry = hungry + self._hungry
            raise
        for lane, future in hungry:
            lane.queue.extend(found.get(lane.channel_id, ()))
            if not future.done():
                future.set_result(bool(lane.queue))

    async def _let_go(self) -> None:
        if not self._leaving:
            return
        leaving, self._leaving = self._leaving, []
        try:
            again = await self.desk.release(leaving)
        except BaseException:
            self._leaving = leaving + self._leaving
            raise
        for lane in leaving:
            if lane not in again:
                self.lanes.pop(lane.channel_id, None)
        if again:
            self._leaving += again
            asyncio.get_running_loop().call_later(0.05, self._wake.set)
        self._alarm = min(self._alarm, await self._next_alarm())

    async def _claim(self) -> None:
        self._alarm = self.clock.now().timestamp() + SAFETY
        free = self.at_once - len(self.lanes)
        rows = await self.desk.claim(self.lanes.values(), free) if free > 0 else []
        if rows:
            await self._start(rows)
        self._alarm = min(self._alarm, await self._next_alarm())

    async def _next_alarm(self) -> float:
        """When to claim again. Whether lanes have to give way is seen by the way: no place is free, and some wait."""
        due, now = await self.desk.next_due(), self.clock.now().timestamp()
        is_due = due is not None and due.timestamp() <= now
        self._crowded = is_due and len(self.lanes) >= self.at_once
        soonest = now + (0.1 if self._crowded else 0.005)  # what couldn't be claimed isn't asked for without a pause
        return min(now + SAFETY, max(due.timestamp(), soonest)) if due else now + SAFETY

    async def _start(self, rows: list[tuple[Any, ...]]) -> None:
        """Open the claimed lanes and set them going."""
        loop = asyncio.get_running_loop()
        lanes = [self._lane(row, loop.time()) for row in rows]
        self.lanes |= {lane.channel_id: lane for lane in lanes}
        try:
            await self.keys.open(self.desk, lanes)
        except BaseException:
            self._leaving += lanes
            raise
        for lane in lanes:
            fed: asyncio.Future[bool] = loop.create_future()
            self._hungry.append((lane, fed))
            job = asyncio.create_task(self._run_lane(lane, fed))
            self._jobs.add(job)
            job.add_done_callback(self._jobs.discard)
        await self._feed()

    def _lane(self, row: tuple[Any, ...], now: float) -> Lane:
        network = registry.get(row[2])
        who = Who(row[4], row[5], row[3], row[6])
        line = Line(
            network=network,
            session=self.session,
            guard=self.guard,
            who=who,
            memory=self._memories.setdefault(row[0], {}),
            now=self.clock.now,
            timeout=self._call_timeout,
        )
        return Lane(row, network, line, now)

    # ------------------------------------------------------------ one lane

    async def _run_lane(self, lane: Lane, fed: "asyncio.Future[bool]") -> None:
        """Send one publication after the other until nothing is left, or the lane has to give way."""
        try:
            while await fed:
                while lane.queue and not self._gives_way(lane):
                    await self.sender.send(lane, lane.queue.popleft())
                if self._gives_way(lane):
                    break
                fed = asyncio.get_running_loop().create_future()
                self._hungry.append((lane, fed))
                self._wake.set()
            if lane.last is not None and not lane.last.done():
                await asyncio.wait([lane.last])
        except Exception:
            # What it had begun is taken up like a dead worker's: looked up before anything is sent again.
            log.exception("a mistake in a lane", channel=lane.channel_id)
            self.lanes.pop(lane.channel_id, None)
            self._strays = True
        else:
            self._leaving.append(lane)
        finally:
            lane.queue.clear()
            self._wake.set()

    def _gives_way(self, lane: Lane) -> bool:
        if lane.stop or self._stopping or lane.hold_until is not None:
            return True
        return self._crowded and asyncio.get_running_loop().time() - lane.since > TURN

    # ------------------------------------------------------------ what the sender asks for

    async def _hold_app(self, lane: Lane, until: Any, why: str) -> None:
        self._app_holds.append((lane, until, why))
        self._wake.set()

    async def _late(self, errand: Errand, row: Row) -> None:
        while True:
            try:
                changed = await adopting.take_late_truth(await self.life.connection(), errand, row, self.clock.now())
            except _DATABASE_AWAY:
                await asyncio.sleep(0.5)
            else:
                break
        if changed:
            self.roller.touch(errand.post_id)


async def _cancel(tasks: list["asyncio.Task[Any]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
