"""A network of the tests' own, without HTTP: a world in memory that knows what is public, and misbehaves on cue."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from postroom.networks.line import Line
from postroom.networks.shape import (
    Absent,
    Bag,
    Draft,
    Format,
    Found,
    Go,
    Network,
    Receipt,
    Step,
    StepAnswer,
    Unclear,
    Wait,
)
from postroom.networks.verdicts import Stop, Touch, Verdict
from tests.make.networks import small_network

Act = Verdict | str | Callable[["World", Line, Draft], Awaitable[None]]


@dataclass
class World:
    """What is public, and what goes wrong next. A script is a list of acts for a text; each call takes one."""

    public: list[tuple[str, str, str]] = field(default_factory=list)
    """(channel's user id, key, text) in the order they came."""
    scripts: dict[str, list[Act]] = field(default_factory=lambda: defaultdict(list))
    uploads: int = 0
    waits: int = 0
    busy: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    most_busy: int = 0
    keeps_keys: bool = False
    find_says: list[Found | Verdict] = field(default_factory=list)
    looked: int = 0
    called: int = 0

    def texts(self) -> list[str]:
        return [text for _, _, text in self.public]

    async def post(self, line: Line, draft: Draft) -> Receipt:
        who = line.who.network_user_id
        self.called += 1
        self.busy[who] += 1
        self.most_busy = max(self.most_busy, self.busy[who])
        try:
            await asyncio.sleep(0)
            act = self.scripts[draft.text].pop(0) if self.scripts[draft.text] else "accept"
            if callable(act):
                await act(self, line, draft)
                act = "accept"
            if isinstance(act, str):
                return self._act(act, who, draft)
            raise Stop(act)
        finally:
            self.busy[who] -= 1

    def _act(self, act: str, who: str, draft: Draft) -> Receipt:
        if act == "bug":
            raise ZeroDivisionError
        if self.keeps_keys and any(key == draft.key for _, key, _ in self.public):
            return self.receipt(draft)
        self.public.append((who, draft.key, draft.text))
        if act == "cut":
            line_says = "the connection was cut after acceptance"
            from postroom.networks.verdicts import silent

            raise Stop(silent(line_says, Touch.PUBLISHES, keyed=self.keeps_keys))
        if act == "accept and break":
            raise ZeroDivisionError
        return self.receipt(draft)

    @staticmethod
    def receipt(draft: Draft) -> Receipt:
        return Receipt(f"id-{draft.key}", f"https://world.test/{draft.key}", {"key": draft.key})

    async def find(self, line: Line, draft: Draft, bag: Bag) -> Found:
        self.looked += 1
        if self.find_says:
            said = self.find_says.pop(0)
            if isinstance(said, (Receipt, Absent, Unclear)):
                return said
            raise Stop(said)
        return self.receipt(draft) if any(key == draft.key for _, key, _ in self.public) else Absent()


def simple_network(world: World, name: str = "world", **more: Any) -> Network:
    """One step that publishes."""

    async def post(line: Line, draft: Draft, bag: Bag) -> StepAnswer:
        return await world.post(line, draft)

    given = {"formats": frozenset(Format), "threads": True} | more
    return small_network(name, post, world.find, most=100, keyed=world.keeps_keys, **given)


def staged_network(world: World, name: str = "staged", waits: int = 2, pause: float = 0.01) -> Network:
    """Upload, wait until it is ready, publish."""

    async def upload(line: Line, draft: Draft, bag: Bag) -> StepAnswer:
        world.uploads += 1
        return Go({"v": 1, "container": f"c{world.uploads}"})

    async def ready(line: Line, draft: Draft, bag: Bag) -> StepAnswer:
        seen = bag.get("seen", 0) + 1
        world.waits += 1
        return Wait(bag | {"seen": seen}, pause) if seen <= waits else Go(bag)

    async def post(line: Line, draft: Draft, bag: Bag) -> StepAnswer:
        assert bag["container"]
        return await world.post(line, draft)

    steps = (
        Step("upload", Touch.STAGES, upload),
        Step("ready", Touch.LOOKS, ready),
        Step("post", Touch.PUBLISHES, post, keyed=world.keeps_keys),
    )
    return simple_network(world, name, steps=steps)
