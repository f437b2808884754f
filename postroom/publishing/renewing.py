"""A key that isn't accepted: one refresh, else the channel waits for its owner."""

from collections.abc import Awaitable, Callable

from postroom.networks.verdicts import Expired, Verdict
from postroom.publishing.errands import Lane


class Renewer:
    """Refreshes a lane's key once in a turn. One per worker."""

    def __init__(
        self,
        *,
        refresh: Callable[[Lane], Awaitable[Verdict | None]],
        expired: Callable[[Lane, Expired], Awaitable[None]],
    ) -> None:
        """`refresh` answers None when there is a new key; `expired` notes that the owner has to reconnect."""
        self._refresh, self._expired = refresh, expired

    async def renew(self, lane: Lane, verdict: Expired) -> Verdict | None:
        """None: renewed, do the same once more. Else what to make of it now."""
        if verdict.refreshable and not lane.refreshed:
            lane.refreshed = True
            refused = await self._refresh(lane)
            if not isinstance(refused, Expired):
                return refused
            verdict = refused
        lane.stop = True
        await self._expired(lane, verdict)
        return verdict
