"""The five answers to "what does this failure mean?", and the one table that gives them.

A network's own rows (`errors.py` in its folder) are read first; what they don't name falls through to the
defaults in `judge`. For reading, ignorance means try again; for publishing, ignorance means look.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class Touch(enum.StrEnum):
    """What repeating a step can do to the world."""

    LOOKS = "looks"
    """Reads only; repeat freely."""
    STAGES = "stages"
    """Leaves private leftovers (an upload, a container); repeat within reason."""
    PUBLISHES = "publishes"
    """May make something public; never repeated by itself unless the network drops repeats of our key."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Nothing became public, later may work. `after` in seconds, when the network named it."""

    why: str
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Limited:
    """Asked to wait until `until` (UTC; None = unknown, the engine picks); `whole_app`: not just this channel."""

    why: str
    until: datetime | None = None
    whole_app: bool = False


@dataclass(frozen=True, slots=True)
class Expired:
    """The key was not accepted. `refreshable`: one refresh may mend it; else the owner has to reconnect."""

    why: str
    refreshable: bool = True


@dataclass(frozen=True, slots=True)
class Rejected:
    """The network looked and said no; `where` is the field at fault (text, media.0.alt, options.visibility …)."""

    why: str
    where: str | None = None


@dataclass(frozen=True, slots=True)
class Unsure:
    """The post may be public; look before anything is sent again."""

    why: str


Verdict = Retry | Limited | Expired | Rejected | Unsure


class Stop(Exception):
    """The one exception that leaves a network: a verdict to act on."""

    def __init__(self, verdict: Verdict) -> None:
        """Keep the verdict; its reason is the message."""
        super().__init__(verdict.why)
        self.verdict = verdict


class Then(enum.StrEnum):
    """What an error row leads to. REVOKED is Expired(refreshable=False); ANSWER hands the answer to the step."""

    RETRY = "retry"
    LIMITED = "limited"
    LIMITED_APP = "limited_app"
    EXPIRED = "expired"
    REVOKED = "revoked"
    REJECTED = "rejected"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One line of a network's error catalogue; every given condition must hold.

    status: HTTP status. code: the network's error name or number, as `read_error` extracts it. phrase: text found
    in the message, compared in lower case. touch: only for steps of this touch. why: the reason in words for people.
    """

    then: Then
    why: str
    status: int | None = None
    code: str | None = None
    phrase: str | None = None
    touch: Touch | None = None
    where: str | None = None

    def matches(self, status: int, code: str, message: str, touch: Touch) -> bool:
        """Tell whether this row speaks of that answer."""
        return (
            (self.status is None or self.status == status)
            and (self.code is None or self.code == code)
            and (self.phrase is None or self.phrase.lower() in message.lower())
            and (self.touch is None or self.touch == touch)
        )


class AnswerLike(Protocol):
    """The part of an answer that a verdict needs."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def body(self) -> bytes: ...


DUPLICATE = 409
TOO_MANY = 429
LONGEST_WAIT = 31 * 86_400.0
"""Seconds; a network that asks for more is taken to mean this, and gets asked again then."""


def unsent(why: str) -> Verdict:
    """Not one byte can have arrived (refused, no such host, TLS): later may work, whatever the touch."""
    return Retry(why)


def silent(why: str, touch: Touch, *, keyed: bool, after: float | None = None) -> Verdict:
    """Sent, then silence, reset or timeout; or a failure of theirs, with the wait in seconds they named."""
    if touch is Touch.PUBLISHES and not keyed:
        return Unsure(why)
    return Retry(why, after)


def unreadable(why: str, touch: Touch) -> Verdict:
    """A 2xx that we can't read."""
    return Unsure(why) if touch is Touch.PUBLISHES else Retry(why)


def judge(
    answer: AnswerLike,
    *,
    touch: Touch,
    keyed: bool,
    rows: Sequence[ErrorRow],
    read_error: Callable[[AnswerLike], tuple[str, str]],
    now: datetime,
) -> Verdict:
    """Give the verdict on an answer that isn't a success: the network's rows first, then the defaults.

    `keyed`: the network drops repeats that carry our stored key. `now`: UTC, to turn relative waits into moments.
    """
    code, message = read_error(answer)
    for row in rows:
        if row.matches(answer.status, code, message, touch):
            return _from_row(row, answer, message, now)
    return _default(answer, code, message, touch, keyed=keyed, now=now)


def _from_row(row: ErrorRow, answer: AnswerLike, message: str, now: datetime) -> Verdict:
    why = f"{row.why} ({message})" if message else row.why
    match row.then:
        case Then.RETRY:
            return Retry(why, after=_retry_after(answer.headers, now))
        case Then.LIMITED | Then.LIMITED_APP:
            return Limited(why, until=waits_until(answer.headers, now), whole_app=row.then is Then.LIMITED_APP)
        case Then.EXPIRED | Then.REVOKED:
            return Expired(why, refreshable=row.then is Then.EXPIRED)
        case Then.REJECTED:
            return Rejected(why, row.where)
        case Then.UNSURE:
            return Unsure(why)


def _default(  # noqa: PLR0911 - one return a row of the table
    answer: AnswerLike, code: str, message: str, touch: Touch, *, keyed: bool, now: datetime
) -> Verdict:
    status = answer.status
    said = f"{status} {code} {message}".strip()
    if status in {408, 425} or status >= 500:
        after = _retry_after(answer.headers, now)
        return silent(f"the network failed: {said}", touch, keyed=keyed, after=after)
    if status == TOO_MANY:
        return Limited(f"the network asked us to wait: {said}", until=waits_until(answer.headers, now))
    if status == 401:
        return Expired(f"the key was not accepted: {said}")
    if status == DUPLICATE or "duplicate" in message.lower():
        if touch is Touch.PUBLISHES:
            return Unsure(f"a duplicate, perhaps of our own first try: {said}")
        return Rejected(f"the network said no: {said}")
    if 400 <= status < 500:
        return Rejected(f"the network said no: {said}")
    return unreadable(f"an answer we can't read: {said}", touch)


RESETS = ("RateLimit-Reset", "X-RateLimit-Reset")


def waits_until(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Read until when to wait from Retry-After (seconds or HTTP date) or the reset headers (epoch or ISO 8601); UTC.

    None where nothing readable is said. Never before `now`, never later than `LONGEST_WAIT` from it.
    """
    after = _retry_after(headers, now)
    if after is None:
        values = (headers.get(name) for name in RESETS)
        after = next((_until_reset(value, now) for value in values if value), None)
    return None if after is None else now + timedelta(seconds=after)


def _retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    value = (headers.get("Retry-After") or "").strip()
    if not value:
        return None
    try:
        return _bounded(float(value))
    except ValueError:
        pass
    try:
        return _bounded((_aware(parsedate_to_datetime(value)) - now).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None


def _until_reset(value: str, now: datetime) -> float | None:
    """Seconds until a reset: given as seconds from now (small numbers), epoch seconds or milliseconds, or ISO 8601."""
    try:
        number = float(value)
    except ValueError:
        try:
            return _bounded((_aware(datetime.fromisoformat(value)) - now).total_seconds())
        except (ValueError, OverflowError):
            return None
    if number < 10**8:
        return _bounded(number)
    return _bounded((number if number < 10**11 else number / 1000) - now.timestamp())


def _bounded(seconds: float) -> float | None:
    """Keep a wait between now and `LONGEST_WAIT`; not-a-number says nothing."""
    return None if seconds != seconds else min(max(0.0, seconds), LONGEST_WAIT)  # noqa: PLR0124 - NaN differs from itself


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
