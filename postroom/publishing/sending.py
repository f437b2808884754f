"""Sending one publication: its steps, one after the other, each begun on disk before it is called.

(1) commit "begun" with the key; (2) call, with no transaction open; (3) commit outcome and bag. What follows from
anything but success is decided in `endings`; doubt is settled in `looking`; all of it is written by `scribing`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

import structlog

from postroom.networks.shape import Go, Receipt, Step, StepAnswer, Wait
from postroom.networks.verdicts import Expired, Limited, Rejected, Retry, Stop, Touch, Unsure, Verdict
from postroom.publishing import checkpoint as cp
from postroom.publishing.checking import first_problem
from postroom.publishing.endings import Ending
from postroom.publishing.errands import Errand, Lane
from postroom.publishing.looking import Looker, draft_of
from postroom.publishing.renewing import Renewer
from postroom.publishing.scribing import Lost, Scribe
from postroom.publishing.states import PublicationStatus as S

log = structlog.get_logger("postroom.sending")

SHORT_WAIT = 2.0
"""Seconds of a `Wait` that are waited in the lane; a longer one lets the lane go on with other publications."""
BUGS = 3
"""Tries at a step that fails by our own mistake."""


class Observer(Protocol):
    """Is told of each moment between two commits; for tests and measurements."""

    async def __call__(self, moment: str, errand: Errand, step: str) -> None:
        """Hear of a moment: begun (on disk, not called), called (answered, not on disk)."""
        ...


class Sender:
    """Runs publications through their network's steps. One per worker."""

    def __init__(
        self,
        *,
        scribe: Scribe,
        renewer: Renewer,
        may_call: Callable[[], bool],
        hold_app: Callable[[Lane, datetime, str], Awaitable[None]],
        observer: Observer | None = None,
    ) -> None:
        """`may_call`: whether the worker's lease still holds."""
        self.scribe, self.renewer, self.may_call, self.observer = scribe, renewer, may_call, observer
        self.hold_app = hold_app
        self.looker = Looker(scribe, renewer)

    async def send(self, lane: Lane, errand: Errand) -> None:
        """Take one publication as far as it goes now. Its ending may still be on its way to disk (`lane.last`)."""
        try:
            if await self._can_go(lane, errand):
                await self._go_on(lane, errand)
        except Lost:
            log.info("not ours any more", publication=errand.id)

    async def _can_go(self, lane: Lane, errand: Errand) -> bool:
        """See before anything is begun whether it may and can be sent; the first time, make its keys."""
        state = errand.checkpoint
        if "doubt" in state:
            return True
        if errand.is_missed:
            why = "Its time had passed too long ago when it could be sent."
            await self.scribe.set_aside(lane, errand, S.MISSED, why, class_="missed")
        elif errand.refused is not None:
            to = S.PUBLISHED if state.get("receipts") else S.FAILED
            await self.scribe.set_aside(lane, errand, to, errand.refused[0], class_="check", where=errand.refused[1])
        elif errand.lacks:
            await self.scribe.set_aside(
                lane, errand, S(errand.status) if state else S.CLAIMED, errand.lacks, again=True
            )
        elif not state and (problem := first_problem(lane, errand)) is not None:
            await self.scribe.set_aside(lane, errand, S.FAILED, problem.message, class_="check", where=problem.where)
        else:
            if not state:
                errand.checkpoint = cp.fresh(lane.network, errand.content.parts, self.scribe.clock.now())
            return True
        return False

    async def _go_on(self, lane: Lane, errand: Errand) -> None:
        """Walk from where the checkpoint stands: settle doubt first, then part by part, step by step."""
        state, steps = errand.checkpoint, lane.network.steps
        first = 0 if state.pop("waiting", None) else 1
        if "doubt" in state and not await self.looker.look(lane, errand):
            return
        index = cp.step_index(lane.network, state)
        while (answer := await self._run(lane, errand, steps[index], first)) is not None:
            first = 0
            if type(answer) is Receipt:
                if not self.scribe.published(lane, errand, answer):
                    return
                index = 0
            elif type(answer) is Go:
                index += 1
                if index == len(steps):
                    self._end_bug(lane, errand, "the last step gave no receipt", None)
                    return
                state["bag"], state["tries"], state["step"] = answer.bag, 0, steps[index].name
                self.scribe.step_done(lane, errand, "go")
            elif type(answer) is Wait and not await self._wait(lane, errand, answer):
                return

    async def _wait(self, lane: Lane, errand: Errand, answer: Wait) -> bool:
        """Wait here if it is short; else leave it until then, and answer False."""
        scribe, state = self.scribe, errand.checkpoint
        state["bag"] = answer.bag
        if answer.look_again <= SHORT_WAIT:
            scribe.step_done(lane, errand, "wait")
            await asyncio.sleep(answer.look_again)
            return True
        again = scribe.clock.after(answer.look_again)
        if errand.deadline is not None and again > errand.deadline:
            why = "The network was still not ready with it at the deadline"
            scribe.end(lane, errand, scribe.after(errand, Rejected(why)), outcome="wait", answer=why)
            return False
        state["waiting"] = True
        scribe.end(lane, errand, Ending(S(errand.status), again), outcome="wait")
        return False

    # ------------------------------------------------------------ one step

    async def _run(self, lane: Lane, errand: Errand, step: Step, first: int) -> StepAnswer | None:
        """Begin on disk, call, and give the answer; None when it has ended otherwise."""
        await self.scribe.begin(errand, step.name, step.touch, first)
        line = lane.line
        line.touch, line.keyed = step.touch, step.keyed
        draft = draft_of(errand)
        if self.observer is not None:
            await self.observer("begun", errand, step.name)
        if not self.may_call():
            ending = self.scribe.after(errand, Retry("the worker had lost its lease"))
            self.scribe.end(lane, errand, ending, outcome="stop", verdict="retry")
            return None
        try:
            answer = await step.run(line, draft, errand.checkpoint["bag"])
        except Stop as stop:
            return await self._stopped(lane, errand, step, stop.verdict)
        except Exception as error:
            log.exception("bug in an adapter", network=lane.network.name, step=step.name, publication=errand.id)
            self._end_bug(lane, errand, f"{type(error).__name__} in step {step.name}", step)
            return None
        if self.observer is not None:
            await self.observer("called", errand, step.name)
        return answer

    async def _stopped(self, lane: Lane, errand: Errand, step: Step, verdict: Verdict) -> StepAnswer | None:
        """Act on a verdict. After a key was renewed, give the answer of the step's second run."""
        scribe = self.scribe
        if isinstance(verdict, Expired):
            refused = await self.renewer.renew(lane, verdict)
            if refused is None:
                scribe.step_done(lane, errand, "stop", "expired", verdict.why)
                return await self._run(lane, errand, step, 0)
            verdict = refused
        ending = scribe.after(errand, verdict)
        if isinstance(verdict, Limited) and ending.next is not None:
            lane.hold(ending.next, verdict.why)
            if verdict.whole_app:
                await self.hold_app(lane, ending.next, verdict.why)
        if isinstance(verdict, Retry):
            errand.checkpoint["tries"] += 1
        scribe.end(lane, errand, ending, outcome="stop", verdict=type(verdict).__name__.lower(), answer=verdict.why)
        return None

    def _end_bug(self, lane: Lane, errand: Errand, what: str, step: Step | None) -> None:
        """Our own mistake: doubt where it may have published, else a few more tries; reported in any case."""
        why, tries = f"A mistake in Postroom: {what}", errand.checkpoint["tries"]
        verdict: Verdict
        if step is None or (step.touch is Touch.PUBLISHES and not step.keyed):
            verdict = Unsure(why)
        else:
            verdict = Retry(why) if tries < BUGS else Rejected(why)
            errand.checkpoint["tries"] = tries + 1
        ending = self.scribe.after(errand, verdict)
        ending = replace(ending, class_="bug", event=ending.event or ("publication.bug", "error"))
        self.scribe.end(lane, errand, ending, outcome="bug")
