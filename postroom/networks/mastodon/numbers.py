"""Counters of statuses. There are three and a poll's votes, as far as the account's own server has heard of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from postroom.networks.mastodon import words
from postroom.networks.shape import Counters, Numbers, Receipt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postroom.networks.line import Line

AT_ONCE = 20
NO_BULK = frozenset({400, 404, 405, 422, 501})


async def of(line: Line, receipts: tuple[Receipt, ...]) -> Mapping[str, Counters]:
    """Read the counters in one call (`GET /api/v1/statuses?id[]=`, 4.3 and newer), else one by one."""
    query = [("id[]", receipt.id) for receipt in receipts]
    answer = await line.call("GET", "/api/v1/statuses", query=query, accept=NO_BULK)
    found: Any = answer.json() if answer.status == 200 else None
    if not isinstance(found, list):
        found = [one for one in [await _one(line, receipt) for receipt in receipts] if one]
    wanted = {receipt.id for receipt in receipts}
    return {
        str(one["id"]): words.counters(one) for one in found if isinstance(one, dict) and str(one.get("id")) in wanted
    }


async def _one(line: Line, receipt: Receipt) -> Any:
    answer = await line.call("GET", f"/api/v1/statuses/{receipt.id}", accept={404, 410})
    return answer.json() if answer.status == 200 else None


NUMBERS = Numbers(of, at_once=AT_ONCE)
