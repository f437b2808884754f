"""Reading counters."""

from __future__ import annotations

from collections.abc import Mapping

from postroom.networks.line import Line
from postroom.networks.sandbox import words
from postroom.networks.shape import Counters, Receipt


async def read(line: Line, receipts: tuple[Receipt, ...]) -> Mapping[str, Counters]:
    """Read the counters of up to fifty posts; those that are gone are left out."""
    answer = await line.call("GET", "/api/numbers", query={"ids": ",".join(receipt.id for receipt in receipts)})
    return {post_id: words.counters_of(numbers) for post_id, numbers in answer.field("numbers").items()}
