"""Quotas: the rows of a limits table that say how many things may be done in a window of time, and for whom."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postroom.networks.shape import Network

WINDOW = re.compile(r"per (\d+) s(?: per (channel|app|server))?")
SPANS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


@dataclass(frozen=True, slots=True)
class Quota:
    """So many things in so many seconds: for a channel, for all channels of an app, or for a whole server."""

    what: str
    amount: int
    seconds: int
    per: str = "channel"

    def __str__(self) -> str:
        """Give it in words: "300 posts in 3 hours for each channel"."""
        return f"{self.amount:,} {self.what} in {span(self.seconds)} for each {self.per}"


def quotas(network: Network, learned: Mapping[str, Any] | None = None) -> tuple[Quota, ...]:
    """List the network's quotas: rows whose unit reads "per N s" (or "per N s per channel", "… app", "… server").

    What was learned of a channel is laid over the rows that speak of channels.
    """
    found = []
    for row in network.limits:
        match = WINDOW.fullmatch(row.unit) if row.unit.startswith("per ") else None
        if match and not isinstance(row.amount, tuple):
            per = match[2] or "channel"
            own = (learned or {}).get(row.what) if per == "channel" else None
            found.append(Quota(row.what, int(row.amount if own is None else own), int(match[1]), per))
    return tuple(found)


def span(seconds: int) -> str:
    """Give a stretch of time in the largest unit that divides it: "3 hours", "a day"."""
    size, unit = next((size, unit) for size, unit in SPANS if seconds % size == 0)
    count = seconds // size
    return f"{count:,} {unit}s" if count > 1 else f"{'an' if unit == 'hour' else 'a'} {unit}"
