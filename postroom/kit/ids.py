"""Ids that sort by the time they were made (UUID version 7, RFC 9562), so that new rows land at an index's end.

PostgreSQL makes such ids itself only from version 18 on, and Postroom runs from 15 on: hence Python.
"""

import os
import threading
import time
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

# RFC 9562 section 6.2, method 1: the 12 bits of rand_a and the upper 30 of rand_b are one counter of 42 bits, started
# at random with its top bit clear in each millisecond, so that there is always room to count up.
_COUNTER_BITS: Final = 42
_TAIL_BITS: Final = 32
_COUNTER_LIMIT: Final = 1 << _COUNTER_BITS
_LOW_COUNTER_BITS: Final = 30
_VERSION: Final = 7 << 76
_VARIANT: Final = 2 << 62


class _Clock:
    """The last moment and counter handed out; one for the process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.moment = 0
        self.counter = 0

    def tick(self, now: int) -> tuple[int, int, int]:
        """The moment (milliseconds), counter and random tail of the next id; never at or before the one before."""
        noise = int.from_bytes(os.urandom(10), "big")
        tail = noise & ((1 << _TAIL_BITS) - 1)
        with self.lock:
            if now > self.moment:
                self.moment = now
                self.counter = (noise >> _TAIL_BITS) & ((_COUNTER_LIMIT >> 1) - 1)
            else:  # the same millisecond, or the machine's clock went backwards
                self.counter += 1
                if self.counter >= _COUNTER_LIMIT:
                    self.moment += 1
                    self.counter = 0
            return self.moment, self.counter, tail


_clock = _Clock()


def _start_anew() -> None:
    """Give a forked child a lock nobody holds; its random tails keep its ids apart from its parent's."""
    _clock.lock = threading.Lock()
    _clock.moment = 0


os.register_at_fork(after_in_child=_start_anew)


def uuid7() -> UUID:
    """Make an id greater than every one this process made before."""
    moment, counter, tail = _clock.tick(time.time_ns() // 1_000_000)
    high, low = divmod(counter, 1 << _LOW_COUNTER_BITS)
    return UUID(int=(moment << 80) | _VERSION | (high << 64) | _VARIANT | (low << _TAIL_BITS) | tail)


def made_at(identifier: UUID) -> datetime:
    """When an id was made, to the millisecond, in UTC. ValueError for an id that isn't a version 7 one."""
    if identifier.version != 7:
        message = f"{identifier} is not a UUID of version 7"
        raise ValueError(message)
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, tz=UTC)
