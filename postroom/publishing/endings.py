"""What follows from a verdict: pure decisions, so that a property test can walk through all of them.

Something that is public is never called failed: when a later part of a thread can't be sent, the publication stays
published and says what is missing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from postroom.networks.verdicts import Expired, Limited, Rejected, Retry, Unsure, Verdict
from postroom.publishing.states import PublicationStatus as S

FIRST_WAIT = 10.0
"""Seconds before the first retry; doubled with each, up to LONGEST_WAIT."""
LONGEST_WAIT = 600.0
UNNAMED_LIMIT = 60.0
"""Seconds to wait when a network asks us to wait and doesn't say how long."""
LOOKS = (2.0, 10.0, 30.0, 60.0, 300.0, 900.0, 1800.0, 3600.0)
"""Seconds before each further look at a publication in doubt; after the last one a person settles it."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a publication leaves the worker's hands. `event`: (type, severity) to raise, with the reason as message."""

    to: S
    next: datetime | None = None
    class_: str = ""
    reason: str = ""
    where: str = ""
    retried: bool = False
    in_doubt: bool = False
    event: tuple[str, str] | None = None
    clears_deadline: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What a decision needs to know. `chance`: from 0 to 1, for jitter."""

    now: datetime
    deadline: datetime | None
    tries: int
    is_public: bool
    """The post itself is out; this is about an item that follows."""
    part: int
    chance: float = 0.5


def after(verdict: Verdict, standing: Standing) -> Ending:
    """Say what follows from a verdict. Expired is asked here only after a refresh has not helped."""
    match verdict:
        case Retry():
            return _retry(verdict, standing)
        case Limited():
            return _limited(verdict, standing)
        case Expired():
            wait = standing.now + timedelta(seconds=1)  # the channel itself holds it until its owner reconnects
            return Ending(_open(standing), wait, "expired", verdict.why, clears_deadline=True)
        case Rejected():
            return _over("rejected", verdict.why, verdict.where or "", standing)
        case Unsure():
            return doubt(verdict.why, standing)


def doubt(why: str, standing: Standing) -> Ending:
    """It may be public: look it up soon, and send nothing before that."""
    to = S.SENDING if standing.is_public else S.UNKNOWN
    return Ending(to, standing.now + timedelta(seconds=LOOKS[0]), "unsure", why, in_doubt=True)


def give_to_person(why: str, standing: Standing) -> Ending:
    """Nothing we can look at tells: a person settles it."""
    message = f"{why}. Please look on the network whether it is there, and settle it."
    if standing.is_public:
        return Ending(
            S.PUBLISHED, None, "unsure", message, f"items.{standing.part}", event=("publication.incomplete", "error")
        )
    return Ending(S.UNKNOWN, None, "unsure", message, in_doubt=True, event=("publication.unknown", "error"))


def _open(standing: Standing) -> S:
    """Nothing of this part went out: the post itself waits again; what follows a public post stays under way."""
    return S.SENDING if standing.is_public else S.SCHEDULED


def _retry(verdict: Retry, standing: Standing) -> Ending:
    wait = min(FIRST_WAIT * 2 ** min(standing.tries, 16), LONGEST_WAIT) * (0.5 + standing.chance)
    next_ = standing.now + timedelta(seconds=max(wait, verdict.after or 0.0))
    if standing.deadline is not None and next_ > standing.deadline:
        return _over("retry", f"{verdict.why}; tried until the deadline", "", standing)
    return Ending(_open(standing), next_, "retry", verdict.why, retried=True)


def _limited(verdict: Limited, standing: Standing) -> Ending:
    until = verdict.until or standing.now + timedelta(seconds=UNNAMED_LIMIT * (0.5 + standing.chance))
    until = max(until, standing.now + timedelta(seconds=1))
    return Ending(_open(standing), until, "limited", verdict.why, clears_deadline=True)


def _over(class_: str, why: str, where: str, standing: Standing) -> Ending:
    if standing.is_public:
        return Ending(
            S.PUBLISHED,
            None,
            class_,
            f"Item {standing.part} is missing: {why}",
            f"items.{standing.part}" + (f".{where}" if where else ""),
            event=("publication.incomplete", "warning"),
        )
    return Ending(S.FAILED, None, class_, why, where, event=("publication.failed", "error"))
