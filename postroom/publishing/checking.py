"""The check before the first step: the same interpreter as while writing, remembered for posts on many channels."""

from typing import Any

from postroom.networks import rules
from postroom.networks.rules import Problem
from postroom.publishing.clock import DatabaseClock
from postroom.publishing.drafting import drafts_to_check
from postroom.publishing.errands import Errand, Lane

REMEMBERED = 5000
_known: dict[tuple[Any, ...], Problem | None] = {}
_clock = DatabaseClock()


def first_problem(lane: Lane, errand: Errand) -> Problem | None:
    """Give the first problem that blocks, or None. The place in an item is told as "items.<n>.<field>"."""
    content, learned = errand.content, lane.line.who.learned
    if content.items or content.media or content.poll or content.options:
        return _look(lane, errand)
    key = (lane.network.name, content.format, content.text, content.link, content.languages, str(learned or ""))
    if key not in _known:
        if len(_known) >= REMEMBERED:
            _known.clear()
        _known[key] = _look(lane, errand)
    return _known[key]


def _look(lane: Lane, errand: Errand) -> Problem | None:
    for part, draft in enumerate(drafts_to_check(errand.content, at=_clock.now(), files=errand.files)):
        for problem in rules.check(lane.network, draft, lane.line.who.learned):
            if problem.blocks:
                where = f"items.{part}.{problem.where}" if part else problem.where
                return Problem(problem.code, where, problem.message, problem.found, problem.allowed)
    return None
