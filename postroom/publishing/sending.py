"""Sending one publication: its steps, one after the other, each begun on disk before it is called.

(1) commit "begun" with the key; (2) call, with no transaction open; (3) commit outcome and bag. Everything that isn't
the straight way (a verdict, doubt, a bug) is decided in `endings` and written here.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Protocol

import structlog

from postroom.kit.ids import uuid7
from postroom.networks.shape import Absent, Go, Receipt, Step, Unclear, Wait
from postroom.networks.verdicts import Expired, Limited, Rejected, Retry, Stop, Touch, Unsure, Verdict
from postroom.publishing import checkpoint as cp
from postroom.publishing import endings
from postroom.publishing.checking import first_problem
from postroom.publishing.clock import DatabaseClock
from postroom.publishing.drafting import make_draft
from postroom.publishing.endings import Ending, Standing
from postroom.publishing.errands import Errand, Lane, attempt_id
from postroom.publishing.ledger import Ledger, Row
from postroom.publishing.states import PublicationStatus as S

log = structlog.get_logger("postroom.sending")

SHORT_WAIT = 2.0
"""Seconds of a `Wait` that are waited in the lane; a longer one lets the lane go on with other publications."""
FILES_AGAIN = 3.0
"""Seconds until files that are being made are asked for again."""
MAX_WORDS = 500


class Observer(Protocol):
    """Is told of each moment between two commits; for tests and measurements."""

    async def __call__(self, moment: str, errand: Errand, step: str) -> None:
        """Hear of a moment: begun (on disk, not called), called (answered, not on disk)."""
        ...


class Lost(Exception):
    """This publication isn't this worker's any more: somebody changed it, or took it over."""


class Sender:
    """Runs publications through their network's steps. One per worker."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        clock: DatabaseClock,
        may_call: Callable[[], bool],
        tried_for: float,
        touched: Callable[[str, str], None],
        refresh: Callable[[Lane], Awaitable[Verdict | None]],
        expired: Callable[[Lane, Expired], Awaitable[None]],
        hold_app: Callable[[Lane, Any, str], Awaitable[None]],
        late: Callable[[Errand, Row], Awaitable[None]],
        observer: Observer | None = None,
    ) -> None:
        """`may_call`: whether the lease still holds. `tried_for`: seconds after the first try until the deadline."""
        self.ledger, self.clock, self.may_call, self.observer = ledger, clock, may_call, observer
        self.tried_for = timedelta(seconds=tried_for)
        self.touched, self.refresh, self.expired, self.hold_app, self.late = touched, refresh, expired, hold_app, late
        self.sent = 0
        self._tails: set[asyncio.Task[None]] = set()

    async def send(self, lane: Lane, errand: Errand) -> None:
        """Take one publication as far as it goes now. Its ending may still be on its way to disk (`lane.last`)."""
        if errand.is_missed:
            await self._set_aside(lane, errand, S.MISSED, "missed", "Its time had passed too long ago when it could be sent.", "")
            return
        if errand.refused is not None:
            await self._set_aside(lane, errand, S.FAILED, "check", *errand.refused)
            return
        if errand.lacks:
            await self._set_aside(lane, errand, S.CLAIMED, "", errand.lacks, "")
            return
        try:
            if not errand.checkpoint:
                if (problem := first_problem(lane, errand)) is not None:
                    await self._set_aside(lane, errand, S.FAILED, "check", problem.message, problem.where)
                    return
                errand.checkpoint = cp.fresh(lane.network, errand.content.parts, self.clock.now())
            await self._go_on(lane, errand)
        except Lost:
            log.info("not ours any more", publication=errand.id)

    async def _go_on(self, lane: Lane, errand: Errand) -> None:
        """Walk from where the checkpoint stands: settle doubt first, then part by part, step by step."""
        state, steps = errand.checkpoint, lane.network.steps
        first = 0 if state.pop("waiting", None) else 1
        if "doubt" in state and not await self._look(lane, errand):
            return
        index = cp.step_index(lane.network, state)
        while True:
            step = steps[index]
            answer = await self._run(lane, errand, step, first)
            first = 0
            if answer is None:
                return
            if type(answer) is Receipt:
                if not self._published(lane, errand, answer):
                    return
                index = 0
            elif type(answer) is Go:
                index += 1
                if index >= len(steps):
                    self._end(lane, errand, self._bug_ending(errand, "the last step gave no receipt"), "bug")
                    return
                state["bag"], state["tries"] = answer.bag, 0
            else:
                state["bag"] = answer.bag
                if answer.look_again > SHORT_WAIT:
                    self._wait(lane, errand, answer.look_again)
                    return
                self._step_done(lane, errand, "wait")
                await asyncio.sleep(answer.look_again)
                continue
            state["step"] = steps[index].name
            if type(answer) is Go:
                self._step_done(lane, errand, "go")

    # ------------------------------------------------------------ one step

    async def _run(self, lane: Lane, errand: Errand, step: Step, first: int) -> Go | Wait | Receipt | None:
        """Begin on disk, call, and give the answer; None when it has ended otherwise."""
        await self._begin(lane, errand, step.name, step.touch, first)
        line = lane.line
        line.touch, line.keyed = step.touch, step.keyed
        state = errand.checkpoint
        part = state["part"]
        receipts = [cp.receipt(stored) for stored in state["receipts"]] if part else ()
        draft = make_draft(
            errand.content,
            part,
            key=state["keys"][part],
            at=cp.moment(state["ats"][part]),
            receipts=receipts,
            files=errand.files,
        )
        if self.observer is not None:
            await self.observer("begun", errand, step.name)
        if not self.may_call():
            self._end(lane, errand, self._after(errand, Retry("the worker had lost its lease")), "stop", "retry")
            return None
        try:
            answer = await step.run(line, draft, state["bag"])
        except Stop as stop:
            return await self._stopped(lane, errand, step, stop.verdict)
        except Exception as error:  # noqa: BLE001 - an adapter's bug is ours to report, and must not stop the lane
            return await self._bug(lane, errand, step, error)
        if self.observer is not None:
            await self.observer("called", errand, step.name)
        return answer

    async def _begin(self, lane: Lane, errand: Errand, step: str, touch: Touch, first: int) -> None:
        now = self.clock.now()
        errand.attempt = attempt_id()
        was, state = errand.status, errand.checkpoint
        to = was if step == "find" or was == "published" else "sending"
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
            "deadline": errand.deadline or now + self.tried_for,
        }
        if not await self.ledger.enter("begin", row):
            raise Lost
        errand.fence += 1
        errand.status = to
        if errand.deadline is None:
            errand.deadline = now + self.tried_for
        if was == S.SCHEDULED:
            self.touched(errand.post_id, errand.workspace_id)

    # ------------------------------------------------------------ the straight way

    def _published(self, lane: Lane, errand: Errand, receipt: Receipt) -> bool:
        """A part is public. Answers whether there is another one to send."""
        state, now = errand.checkpoint, self.clock.now()
        state["receipts"].append(cp.stored(receipt))
        state["bag"], state["tries"] = {}, 0
        state["part"] += 1
        lane.posted_at = now
        lane.posts += 1
        self.sent += 1
        if state["part"] < len(state["keys"]):
            if state["part"] == 1:
                row = {"id": errand.id, "fence": errand.fence, "published": now, "post": receipt.id, "url": receipt.url}
                self.ledger.enter("made_public", row)
            state["step"] = lane.network.steps[0].name
            self._step_done(lane, errand, "receipt")
            return True
        is_first = state["part"] == 1
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
        if is_first:
            row["post"], row["url"] = receipt.id, receipt.url
        self._finish(lane, errand, row)
        if errand.retries or len(state["keys"]) > 1 or "looked" in state:
            self.ledger.enter("resolve_events", {"id": errand.id})
        return False

    def _step_done(self, lane: Lane, errand: Errand, outcome: str, verdict: str = "", answer: str = "") -> None:
        row = {
            "attempt": errand.attempt,
            "at": self.clock.now(),
            "outcome": outcome,
            "verdict": verdict,
            "answer": answer[:MAX_WORDS],
            "http": lane.line.status,
        }
        self.ledger.enter("step_done", row)

    def _wait(self, lane: Lane, errand: Errand, seconds: float) -> None:
        again = self.clock.after(seconds)
        if errand.deadline is not None and again > errand.deadline:
            why = "The network was still not ready with it at the deadline"
            self._end(lane, errand, self._after(errand, Rejected(why)), "wait", "", why)
            return
        errand.checkpoint["waiting"] = True
        ending = Ending(S(errand.status), again)
        self._end(lane, errand, ending, "wait")

    # ------------------------------------------------------------ what went otherwise

    async def _stopped(self, lane: Lane, errand: Errand, step: Step, verdict: Verdict) -> Go | Wait | Receipt | None:
        if isinstance(verdict, Expired):
            refused = await self._renew(lane, verdict)
            if refused is None:
                self._step_done(lane, errand, "stop", "expired", verdict.why)
                return await self._run(lane, errand, step, 0)
            verdict = refused
        if isinstance(verdict, Limited):
            ending = self._after(errand, verdict)
            if ending.next is not None:
                lane.hold(ending.next, verdict.why)
                if verdict.whole_app:
                    await self.hold_app(lane, ending.next, verdict.why)
        else:
            ending = self._after(errand, verdict)
        if isinstance(verdict, Retry):
            errand.checkpoint["tries"] += 1
        self._end(lane, errand, ending, "stop", type(verdict).__name__.lower(), verdict.why)
        return None

    async def _renew(self, lane: Lane, verdict: Expired) -> Verdict | None:
        """One refresh under the channel's lock. None: renewed, try again. Else what to make of it now."""
        if verdict.refreshable and not lane.refreshed:
            lane.refreshed = True
            refused = await self.refresh(lane)
            if not isinstance(refused, Expired):
                return refused
            verdict = refused
        lane.stop = True
        await self.expired(lane, verdict)
        return verdict

    async def _bug(self, lane: Lane, errand: Errand, step: Step, error: Exception) -> None:
        log.exception("bug in an adapter", network=lane.network.name, step=step.name, publication=errand.id)
        self._end(lane, errand, self._bug_ending(errand, f"{type(error).__name__} in step {step.name}", step), "bug")

    def _bug_ending(self, errand: Errand, what: str, step: Step | None = None) -> Ending:
        """Our own mistake: doubt where it may have published, else a few more tries."""
        why = f"A mistake in Postroom: {what}"
        if step is None or (step.touch is Touch.PUBLISHES and not step.keyed):
            verdict: Verdict = Unsure(why)
        elif errand.checkpoint["tries"] >= 3:
            verdict = Rejected(why)
        else:
            errand.checkpoint["tries"] += 1
            verdict = Retry(why)
        ending = self._after(errand, verdict)
        return Ending(
            ending.to,
            ending.next,
            "bug",
            ending.reason,
            ending.where,
            ending.retried,
            ending.in_doubt,
            ending.event or ("publication.bug", "error"),
        )

    def _after(self, errand: Errand, verdict: Verdict) -> Ending:
        return endings.after(verdict, self._standing(errand))

    def _standing(self, errand: Errand) -> Standing:
        state = errand.checkpoint
        return Standing(
            now=self.clock.now(),
            deadline=errand.deadline,
            tries=state["tries"],
            is_public=bool(state["receipts"]),
            part=state["part"],
            chance=random.random(),  # noqa: S311 - jitter, not a secret
        )

    # ------------------------------------------------------------ doubt

    async def _look(self, lane: Lane, errand: Errand) -> bool:
        """Look a publication in doubt up. True: sending may go on from the checkpoint."""
        find, state = lane.network.find, errand.checkpoint
        standing = self._standing(errand)
        if find is None:
            await self._begin(lane, errand, "find", Touch.LOOKS, 0)
            ending = endings.give_to_person("This network can't be asked for it", standing)
            self._end(lane, errand, ending, "unclear")
            return False
        await self._begin(lane, errand, "find", Touch.LOOKS, 0)
        found = await self._ask(lane, errand)
        if isinstance(found, Receipt):
            state["looked"] = True
            del state["doubt"]
            if self._published(lane, errand, found):
                return True
            return False
        if isinstance(found, Absent):
            since = cp.moment(state["doubt"]["since"])
            trusted = since + timedelta(seconds=find.trust_absence_after)
            if self.clock.now() >= trusted:
                del state["doubt"]
                state["looked"] = True
                self._step_done(lane, errand, "absent")
                return True
            self._end(lane, errand, self._still_in_doubt(errand, trusted), "absent")
            return False
        self._unclear(lane, errand, found)
        return False

    async def _ask(self, lane: Lane, errand: Errand) -> Any:
        """Run the network's find: Receipt, Absent, Unclear, or the verdict that stopped it."""
        find, state, line = lane.network.find, errand.checkpoint, lane.line
        assert find is not None  # noqa: S101 - asked for by the caller
        part = state["part"]
        line.touch, line.keyed = Touch.LOOKS, False
        receipts = [cp.receipt(stored) for stored in state["receipts"]]
        at = cp.moment(state["ats"][part])
        draft = make_draft(errand.content, part, key=state["keys"][part], at=at, receipts=receipts, files=errand.files)
        if self.observer is not None:
            await self.observer("begun", errand, "find")
        for again in (True, False):
            try:
                return await find.run(line, draft, state["bag"])
            except Stop as stop:
                if not (again and isinstance(stop.verdict, Expired)):
                    return stop.verdict
                refused = await self._renew(lane, stop.verdict)
                if refused is not None:
                    return refused
            except Exception as error:  # noqa: BLE001 - as for steps
                log.exception("bug in an adapter", network=lane.network.name, step="find", publication=errand.id)
                return Unclear(f"a mistake in Postroom: {type(error).__name__}")
        return Unclear("the key was not accepted")

    def _unclear(self, lane: Lane, errand: Errand, found: Any) -> None:
        """Could not tell: look again later, less and less often, then ask a person."""
        if isinstance(found, Limited):
            until = endings.after(found, self._standing(errand)).next
            if until is not None:
                lane.hold(until, found.why)
                self._end(lane, errand, self._still_in_doubt(errand, until), "stop", "limited", found.why)
            return
        state = errand.checkpoint
        looks = state["doubt"]["looks"] = state["doubt"]["looks"] + 1
        if looks >= len(endings.LOOKS):
            ending = endings.give_to_person(f"It could not be found out whether it is public ({found.why})", self._standing(errand))
        else:
            ending = self._still_in_doubt(errand, self.clock.after(endings.LOOKS[looks]))
        self._end(lane, errand, ending, "unclear", "", found.why)

    def _still_in_doubt(self, errand: Errand, again: Any) -> Ending:
        ending = endings.doubt("It may be public; it is being looked up.", self._standing(errand))
        return Ending(ending.to, again, "unsure", ending.reason, in_doubt=True)

    # ------------------------------------------------------------ writing endings down

    def _end(
        self, lane: Lane, errand: Errand, ending: Ending, outcome: str, verdict: str = "", answer: str = ""
    ) -> None:
        state, now = errand.checkpoint, self.clock.now()
        if ending.in_doubt and "doubt" not in state:
            state["doubt"] = {"since": now, "looks": 0}
        elif not ending.in_doubt:
            state.pop("doubt", None)
        row = {
            "id": errand.id,
            "attempt": errand.attempt,
            "fence": errand.fence,
            "to": "published" if errand.status == "published" else ending.to.value,
            "at": now,
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
            self._raise(errand, ending.event, ending.reason, row["to"])

    def _finish(self, lane: Lane, errand: Errand, row: Row) -> None:
        future = self.ledger.enter("finish", row)
        lane.last = future
        self.touched(errand.post_id, errand.workspace_id)
        if lane.line.status:
            lane.line.status = None
        future.add_done_callback(lambda done: self._check_late(done, errand, row))

    def _check_late(self, done: "asyncio.Future[bool]", errand: Errand, row: Row) -> None:
        if done.cancelled() or done.exception() is not None or done.result():
            return
        task = asyncio.get_running_loop().create_task(self.late(errand, row))
        self._tails.add(task)
        task.add_done_callback(self._tails.discard)

    def _raise(self, errand: Errand, event: tuple[str, str], message: str, to: str | None) -> None:
        row = {
            "id": uuid7(),
            "publication": errand.id,
            "to": to,
            "type": event[0],
            "severity": event[1],
            "message": message[:MAX_WORDS],
        }
        self.ledger.enter("raise_events", row)

    async def _set_aside(self, lane: Lane, errand: Errand, to: S, class_: str, reason: str, where: str) -> None:
        row = {
            "id": errand.id,
            "fence": errand.fence,
            "version": errand.version,
            "was": errand.status,
            "to": to.value,
            "next": self.clock.after(FILES_AGAIN) if to is S.CLAIMED else None,
            "class": class_,
            "reason": reason[:MAX_WORDS],
            "where": where,
        }
        lane.last = future = self.ledger.enter("set_aside", row)
        if to is not S.CLAIMED:
            severity = "warning" if to is S.MISSED else "error"
            self._raise(errand, (f"publication.{to.value}", severity), reason, to.value)
        if await future:
            self.touched(errand.post_id, errand.workspace_id)
