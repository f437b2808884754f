"""Writing down, for one publication, what begins and how it ended: rows for the ledger, events, and who is told."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta

from postroom.kit.ids import uuid7
from postroom.networks.shape import Receipt
from postroom.networks.verdicts import Touch, Verdict
from postroom.publishing import checkpoint as cp
from postroom.publishing import endings
from postroom.publishing.clock import DatabaseClock
from postroom.publishing.endings import Ending, Standing
from postroom.publishing.errands import Errand, Lane, attempt_id
from postroom.publishing.ledger import Ledger, Row
from postroom.publishing.states import PublicationStatus as S

FILES_AGAIN = 3.0
"""Seconds until files that are being made are asked for again."""
MAX_WORDS = 500
"""Characters kept of what a network said."""


class Lost(Exception):
    """This publication isn't this worker's any more: somebody changed it, or took it over."""


class Scribe:
    """Turns what happens to errands into the ledger's rows. One per worker."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        clock: DatabaseClock,
        tried_for: float,
        touched: Callable[[str], None],
        late: Callable[[Errand, Row], Awaitable[None]],
    ) -> None:
        """`tried_for`: seconds after the first try until the deadline. `touched`: told of posts that may have moved.

        `late`: called with a result that came after the publication was taken away.
        """
        self.ledger, self.clock, self.touched, self.late = ledger, clock, touched, late
        self.tried_for = timedelta(seconds=tried_for)
        self.sent = 0
        self._tails: set[asyncio.Task[None]] = set()

    # ------------------------------------------------------------ beginning

    async def begin(self, errand: Errand, step: str, touch: Touch, first: int) -> None:
        """Have "begun" on disk. `first`: 1 for a new try. Raises Lost when somebody was faster."""
        now = self.clock.now()
        errand.attempt = attempt_id()
        was, state = errand.status, errand.checkpoint
        to = was if step == "find" or was == "published" else "sending"
        if errand.deadline is None:
            errand.deadline, state["tries"] = now + self.tried_for, 0
        row = {
            "id": errand.id,
            "attempt": errand.attempt,
            "fence": errand.fence,
            "version": errand.version,
            "was": was,
            "to": to,
            "first": first,
            "part": state["part"],
            "step": step,
            "touch": touch.value,
            "cp": state,
            "at": now,
            "deadline": errand.deadline,
        }
        if errand.made_public:
            row |= errand.made_public
            errand.made_public = None
        if not await self.ledger.enter("begin", row):
            raise Lost
        errand.fence += 1
        errand.status = to
        if was != to:
            self.touched(errand.post_id)

    # ------------------------------------------------------------ the straight way

    def step_done(self, lane: Lane, errand: Errand, outcome: str, verdict: str = "", answer: str = "") -> None:
        """A step has ended, and the next begins in the same breath."""
        row = {
            "attempt": errand.attempt,
            "at": self.clock.now(),
            "outcome": outcome,
            "verdict": verdict,
            "answer": answer[:MAX_WORDS],
            "http": lane.line.status,
        }
        self.ledger.enter("step_done", row)

    def published(self, lane: Lane, errand: Errand, receipt: Receipt) -> bool:
        """A part is public. Answers whether there is another one to send."""
        state, now = errand.checkpoint, self.clock.now()
        state["receipts"].append(cp.stored(receipt))
        state["bag"], state["tries"] = {}, 0
        state["part"] += 1
        lane.posted_at = now
        self.sent += 1
        if state["part"] < len(state["keys"]):
            if state["part"] == 1:
                errand.made_public = {"published": now, "post": receipt.id, "url": receipt.url}
            state["step"] = lane.network.steps[0].name
            self.step_done(lane, errand, "receipt")
            return True
        row = {
            "id": errand.id,
            "attempt": errand.attempt,
            "fence": errand.fence,
            "to": "published",
            "at": now,
            "published": now,
            "cp": state,
            "outcome": "receipt",
            "http": lane.line.status,
        }
        if state["part"] == 1:
            row["post"], row["url"] = receipt.id, receipt.url
        self._finish(lane, errand, row)
        if errand.retries or len(state["keys"]) > 1 or "looked" in state:
            self.ledger.enter("resolve_events", {"id": errand.id})
        return False

    # ------------------------------------------------------------ every other ending

    def standing(self, errand: Errand) -> Standing:
        """Where an errand stands, for a decision."""
        state = errand.checkpoint
        return Standing(
            now=self.clock.now(),
            deadline=errand.deadline,
            tries=state["tries"],
            is_public=bool(state["receipts"]),
            part=state["part"],
            chance=random.random(),  # noqa: S311 - jitter, not a secret
        )

    def after(self, errand: Errand, verdict: Verdict) -> Ending:
        """What follows from a verdict for this errand."""
        return endings.after(verdict, self.standing(errand))

    def end(
        self, lane: Lane, errand: Errand, ending: Ending, *, outcome: str, verdict: str = "", answer: str = ""
    ) -> None:
        """Write how it ended, let it go, and raise its event if it has one."""
        state = errand.checkpoint
        if ending.in_doubt and "doubt" not in state:
            state["doubt"] = {"since": self.clock.now(), "looks": 0}
        elif not ending.in_doubt:
            state.pop("doubt", None)
        to = "published" if errand.status == "published" else ending.to.value
        row = {
            "id": errand.id,
            "attempt": errand.attempt,
            "fence": errand.fence,
            "to": to,
            "at": self.clock.now(),
            "next": ending.next,
            "class": ending.class_,
            "reason": ending.reason[:MAX_WORDS],
            "where": ending.where,
            "retries": int(ending.retried),
            "deadline": None if ending.clears_deadline else errand.deadline,
            "cp": state,
            "outcome": outcome,
            "verdict": verdict,
            "answer": (answer or ending.reason)[:MAX_WORDS],
            "http": lane.line.status,
        }
        self._finish(lane, errand, row)
        if ending.event is not None:
            self._raise(errand, ending.event, ending.reason, to)

    async def set_aside(
        self, lane: Lane, errand: Errand, to: S, reason: str, *, class_: str = "", where: str = "", again: bool = False
    ) -> None:
        """Put it aside without a try: missed, unfit, or (`again`) its files aren't ready yet."""
        row = {
            "id": errand.id,
            "fence": errand.fence,
            "version": errand.version,
            "was": errand.status,
            "to": to.value,
            "next": self.clock.after(FILES_AGAIN) if again else None,
            "class": class_,
            "reason": reason[:MAX_WORDS],
            "where": where,
        }
        lane.last = future = self.ledger.enter("set_aside", row)
        if not again:
            severity = "warning" if to is S.MISSED else "error"
            self._raise(errand, (f"publication.{to.value}", severity), reason, to.value)
        if await future:
            self.touched(errand.post_id)

    def _finish(self, lane: Lane, errand: Errand, row: Row) -> None:
        lane.last = self.ledger.enter("finish", row, lambda: self._came_late(errand, row))
        lane.line.status = None
        self.touched(errand.post_id)

    def _came_late(self, errand: Errand, row: Row) -> None:
        task = asyncio.ensure_future(self.late(errand, row))
        self._tails.add(task)
        task.add_done_callback(self._tails.discard)

    def _raise(self, errand: Errand, event: tuple[str, str], message: str, to: str) -> None:
        row = {
            "id": uuid7(),
            "publication": errand.id,
            "to": to,
            "type": event[0],
            "severity": event[1],
            "message": message[:MAX_WORDS],
        }
        self.ledger.enter("raise_events", row)
