"""What the doctor finds: a fact in plain words, how bad it is, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How bad a finding is."""

    GOOD = "good"
    WARNING = "warning"
    """Works, but not as it should."""
    BAD = "bad"
    """Doesn't work."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    health: Health
    words: str
    remedy: str = ""


def good(what: str, words: str) -> Finding:
    """A thing that is as it should be."""
    return Finding(what, Health.GOOD, words)


def warning(what: str, words: str, remedy: str) -> Finding:
    """A thing that should be better."""
    return Finding(what, Health.WARNING, words, remedy)


def bad(what: str, words: str, remedy: str) -> Finding:
    """A thing that keeps Postroom from working."""
    return Finding(what, Health.BAD, words, remedy)
