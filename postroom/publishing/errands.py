"""What a worker holds in its hands: a lane of one channel, and errands (publications) waiting on it."""

import asyncio
import itertools
import os
import time
from collections import deque
from datetime import datetime, timedelta
from typing import Any

from postroom.networks.line import Line
from postroom.networks.quotas import Quota
from postroom.networks.shape import Network
from postroom.publishing.checkpoint import Checkpoint
from postroom.publishing.drafting import Content

_noise = int.from_bytes(os.urandom(8), "big") >> 2
_count = itertools.count()


def attempt_id() -> str:
    """Make the id of an attempt, as text: a UUID of version 7, by a counter over this process's own random bits.

    Cheaper than `kit.ids.uuid7`, which an engine that begins thousands a second would feel.
    """
    moment, number = time.time_ns() // 1_000_000, next(_count)
    tail = (_noise + number) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    head = f"{moment >> 16:08x}-{moment & 0xFFFF:04x}-7{number >> 12 & 0xFFF:03x}"
    return f"{head}-{tail >> 48:04x}-{tail & 0xFFFFFFFFFFFF:012x}"


class Errand:
    """One publication as it was read, and how far it has come since."""

    __slots__ = (
        "attempt",
        "channel_id",
        "checkpoint",
        "content",
        "deadline",
        "fence",
        "files",
        "id",
        "is_missed",
        "lacks",
        "made_public",
        "post_id",
        "refused",
        "retries",
        "scheduled_for",
        "status",
        "version",
        "workspace_id",
    )

    def __init__(self, row: tuple[Any, ...], content: Content) -> None:
        """Take a row of `take.sql`."""
        self.id: str = row[0]
        self.channel_id: str = row[1]
        self.workspace_id: str = row[2]
        self.post_id: str = row[3]
        self.status: str = row[4]
        self.version: int = row[5]
        self.fence: int = row[6]
        self.retries: int = row[7]
        self.deadline: datetime | None = row[8]
        self.checkpoint: Checkpoint = row[9]
        self.is_missed: bool = row[15]
        self.scheduled_for: datetime | None = row[16]
        self.content = content
        self.files: dict[int, tuple[Any, ...]] | None = None
        self.made_public: dict[str, object] | None = None
        """The post itself is out and more is to follow: told with the next begin."""
        self.lacks = ""
        """Why its files aren't ready yet."""
        self.refused: tuple[str, str] | None = None
        """Why its files never will be: (reason, field)."""
        self.attempt = ""


class Allowance:
    """What one quota leaves a channel or an app, as it was read, and how much of that was handed out since."""

    __slots__ = ("again", "busy", "left", "quota", "used")

    def __init__(self, quota: Quota, spent: int, first: datetime | None, now: datetime, *, busy: int = 0) -> None:
        """`spent`: within the quota's window, the `first` of it then. `busy`: on its way in other hands."""
        self.quota, self.left, self.busy, self.used = quota, quota.amount - spent, busy, 0
        self.again = (first or now) + timedelta(seconds=quota.seconds)

    def fits(self, cost: int) -> bool:
        """Tell whether so much may go out now. What is more than the whole quota goes when nothing else did."""
        taken = self.busy + self.used
        return not cost or cost <= self.left - taken or (taken == 0 and self.left >= self.quota.amount)

    @property
    def is_of_files(self) -> bool:
        """Whether only what brings files is concerned."""
        return self.quota.what == "uploads"

    @property
    def is_spent(self) -> bool:
        """Whether what is public already is too much by itself, whatever becomes of the rest."""
        return self.left <= 0 or not (self.busy or self.used)


class Lane:
    """The way out of one channel while this worker holds it."""

    __slots__ = (
        "allowances",
        "brand_id",
        "channel_id",
        "generation",
        "hold_until",
        "hold_why",
        "last",
        "line",
        "network",
        "posted_at",
        "queue",
        "refreshed",
        "server",
        "since",
        "stop",
        "workspace_id",
    )

    def __init__(self, row: tuple[Any, ...], network: Network, line: Line, since: float) -> None:
        """Take a row of `claim_lanes.sql`; `since` is a loop time."""
        self.channel_id: str = row[0]
        self.workspace_id: str = row[1]
        self.server: str = row[3]
        self.brand_id: str = row[7]
        self.network = network
        self.line = line
        self.since = since
        self.queue: deque[Errand] = deque()
        self.stop = False
        self.hold_until: datetime | None = None
        self.hold_why = ""
        self.posted_at: datetime | None = None
        self.last: asyncio.Future[bool] | None = None
        self.allowances: dict[str, list[Allowance]] = {}
        """What the network's quotas leave this channel, by what they count; see `spending`."""
        self.refreshed = False
        self.generation = 0

    def hold(self, until: datetime, why: str) -> None:
        """Send nothing more on this channel before a moment; the later of two counts."""
        if self.hold_until is None or until > self.hold_until:
            self.hold_until, self.hold_why = until, why
