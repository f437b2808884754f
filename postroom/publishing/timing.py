"""When a post goes out: a moment, a local time in the brand's zone, the next free slot, or now."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from postroom.workspaces.errors import BadInput

FAR = timedelta(days=366 * 5)
"""Nothing is scheduled further ahead than five years."""


@dataclass(frozen=True, slots=True)
class At:
    """A moment; without a zone of its own it is local time in the brand's zone."""

    moment: datetime


@dataclass(frozen=True, slots=True)
class NextSlot:
    """The brand's or channel's next posting slot that is still free."""


@dataclass(frozen=True, slots=True)
class Now:
    """As soon as possible."""


When = At | NextSlot | Now


def moment_of(when: At, *, time_zone: str, now: datetime) -> datetime:
    """Give the moment in UTC. Errors: BadInput for a moment in the past or too far ahead.

    A local time that the clocks skip (the spring change) is read as the same distance after the gap; one that they
    repeat (the autumn change) is its first occurrence.
    """
    moment = when.moment
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(time_zone), fold=0)
    moment = moment.astimezone(UTC)
    if moment < now - timedelta(minutes=1):
        raise BadInput("when", when.moment.isoformat(), f"a moment from now ({now:%Y-%m-%d %H:%M} UTC) on")
    if moment > now + FAR:
        raise BadInput("when", when.moment.isoformat(), "a moment within the next five years")
    return max(moment, now)


def read_when(text: str) -> When:
    """Read "now", "next-slot", or an ISO 8601 date and time. Errors: BadInput."""
    words = text.strip().lower().replace("_", "-").replace(" ", "-")
    if words == "now":
        return Now()
    if words in {"next", "next-slot"}:
        return NextSlot()
    try:
        return At(datetime.fromisoformat(text.strip()))
    except ValueError:
        raise BadInput("when", text, 'an ISO 8601 date and time, "now" or "next-slot"') from None
