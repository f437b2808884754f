"""A small reference engine: runs one draft's steps as the engine's contract says, with a new line for every step.

Not the product's engine (that one claims rows in batches); this is the shortest program that keeps the same promises,
so that a network can be tested without a database.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import orjson

from postroom.networks.line import Line
from postroom.networks.shape import Absent, Bag, Draft, Found, Go, Network, Receipt, Step, StepAnswer, Wait
from postroom.networks.verdicts import Expired, Limited, Retry, Stop, Touch, Unsure, Verdict

PATIENCE = 30.0
"""Seconds that a draft may spend in `Wait`; a network that is still not done is stuck."""
LOOK_AGAIN_AT_MOST = 0.05
"""Seconds between two looks: a test's server is quick, whatever the adapter asks for."""


class Stuck(AssertionError):
    """The draft neither got out nor was given a verdict."""


def carried(bag: Bag) -> Bag:
    """Send a bag through JSON, as the engine's table does; whatever doesn't survive that isn't a bag."""
    through: Bag = orjson.loads(orjson.dumps(bag))
    assert through == bag, f"the bag changes when it is stored: {bag} → {through}"
    assert len(orjson.dumps(bag)) < 16_384, "the bag is meant to be small"
    return through


@dataclass
class Run:
    """One draft on its way. `bag` and `at` (the index of the next step) are what an engine would have stored."""

    network: Network
    open_line: Callable[[], Line]
    draft: Draft
    bag: Bag = field(default_factory=dict)
    at: int = 0
    receipt: Receipt | None = None
    calls: list[int] = field(default_factory=list)
    """How many calls each finished step made."""

    @property
    def step(self) -> Step:
        """The step that comes next."""
        return self.network.steps[self.at]

    async def one(self, *, forget: bool = False) -> None:
        """Run the next step to its end, through its waits. Raises `Stop`. `forget`: killed before it is stored."""
        made, until = 0, time.monotonic() + PATIENCE
        while True:
            line = self.line()
            try:
                answer = await self.step.run(line, self.draft, carried(self.bag))
            finally:
                made += line.calls
            if forget:
                return
            if not isinstance(answer, Wait):
                break
            self.bag = carried(answer.bag)
            if time.monotonic() > until:
                raise Stuck(f"{self.step.name} still waits after {PATIENCE} s")
            await asyncio.sleep(min(answer.look_again, LOOK_AGAIN_AT_MOST))
        self.calls.append(made)
        self._take(answer)

    def line(self) -> Line:
        """Open a line in the touch of the next step."""
        line = self.open_line()
        line.touch, line.keyed = self.step.touch, self.step.keyed
        return line

    def _take(self, answer: StepAnswer) -> None:
        if isinstance(answer, Receipt):
            self.receipt = answer
            self.at = len(self.network.steps)
            return
        assert isinstance(answer, Go), f"{self.step.name} answered {answer!r}"
        self.bag = carried(answer.bag)
        self.at += 1
        if self.at == len(self.network.steps):
            raise Stuck("the last step gave no receipt")

    async def to_the_end(self, *, tries: int = 8) -> Receipt:
        """Run the remaining steps, and after a verdict do what the engine would do. Raises `Stop` for a final one."""
        while self.receipt is None:
            try:
                await self.one()
            except Stop as stop:
                tries -= 1
                if tries == 0:
                    raise
                await self.after(stop.verdict)
        return self.receipt

    async def after(self, verdict: Verdict) -> None:
        """Act on a verdict: look when unsure, come again when told to, give up on the rest."""
        if isinstance(verdict, Unsure):
            await self.look()
        elif not isinstance(verdict, (Retry, Limited, Expired)):
            raise Stop(verdict)

    async def look(self) -> Found:
        """Settle by `find`; found ends the run, surely absent leads back to the step, unclear raises."""
        assert self.network.find is not None, f"{self.network.name} publishes without a key and has no find"
        line = self.open_line()
        line.touch, line.keyed = Touch.LOOKS, False
        found = await self.network.find.run(line, self.draft, carried(self.bag))
        if isinstance(found, Receipt):
            self.receipt = found
            self.at = len(self.network.steps)
        elif not isinstance(found, Absent):
            raise Stop(Unsure(found.why))
        return found

    async def resume_after_kill(self) -> None:
        """Come back after dying between a call and its storing: publishing becomes unknown, the rest runs again."""
        if self.step.touch is Touch.PUBLISHES and not self.step.keyed:
            await self.look()
