"""The database's clock, kept in step by heartbeats: workers on several machines agree on what is due."""

import time
from datetime import UTC, datetime, timedelta


class DatabaseClock:
    """Tells the database's time without asking it: its last answer, and what has passed here since."""

    def __init__(self) -> None:
        """Start with this machine's time, until the first `set`."""
        self._epoch = time.time() - time.monotonic()

    def set(self, moment: datetime, *, asked: float, answered: float) -> None:
        """Take the database's time: `asked` and `answered` are `time.monotonic()` around the question."""
        self._epoch = moment.timestamp() - (asked + answered) / 2

    def now(self) -> datetime:
        """The present moment, UTC."""
        return datetime.fromtimestamp(self._epoch + time.monotonic(), UTC)

    def until(self, moment: datetime) -> float:
        """Seconds from now to a moment; negative when it is past."""
        return moment.timestamp() - self._epoch - time.monotonic()

    def after(self, seconds: float) -> datetime:
        """The moment so many seconds from now."""
        return self.now() + timedelta(seconds=seconds)


def awake() -> float:
    """Seconds that count on while the machine sleeps, for leases."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
