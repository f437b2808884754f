"""What the engine asks of lower rooms: the tokens that open a channel, a refresh, and files in the form they must have."""

from collections.abc import Mapping, Sequence

from postroom.networks.shape import Tokens
from postroom.networks.verdicts import Expired, Verdict
from postroom.publishing.claiming import Desk
from postroom.publishing.errands import Errand, Lane


class Keys:
    """Opens channels without keys: for networks that need none. The worker's own is `worker.keys`."""

    async def open(self, desk: Desk, channels: Sequence[str]) -> Mapping[str, Tokens]:
        """Give what opens these channels."""
        del desk, channels
        return {}

    async def refresh(self, lane: Lane) -> Verdict | None:
        """Renew the lane's tokens, once. None: done. Expired: the owner has to reconnect. Else: what to do now."""
        del lane
        return Expired("There is no key to renew", refreshable=False)

    async def expired(self, lane: Lane, verdict: Expired) -> None:
        """The channel's key is dead: hold what is scheduled there and say so."""
        del lane, verdict

    async def bring_files(self, desk: Desk, errands: Sequence[Errand]) -> None:
        """Lay the files of these publications beside them (`errand.files`)."""
        del desk, errands

    def report_bug(self, lane: Lane) -> None:
        """Say that something of ours went wrong on this lane."""
        del lane
