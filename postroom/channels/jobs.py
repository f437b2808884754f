"""What the worker does for channels: keys are renewed in time, and every channel is looked at once a day."""

from uuid import UUID

from postroom.channels.checking import due_checks, look_at_channel
from postroom.channels.connecting import forget_late_connections
from postroom.channels.keeping import keeper_of, refresh_due
from postroom.jobs.door import enqueue, job
from postroom.kit import clock
from postroom.workspaces.errors import Conflict, NotFound


@job("channels.keep_keys", every="* * * * *")
async def keep_keys() -> None:
    """Renew the keys that are due, every minute."""
    await refresh_due(now=clock.now)


@job("channels.check_one", retry=0)
async def check_one(*, workspace_id: str, channel_id: str) -> None:
    """Look at one channel; whatever comes of it is noted there."""
    try:
        await look_at_channel(actor=keeper_of(UUID(workspace_id)), channel_id=UUID(channel_id), now=clock.now())
    except (NotFound, Conflict):
        return  # disconnected since it was asked for


@job("channels.check_due", every="*/10 * * * *")
def check_due() -> None:
    """Have the channels looked at that weren't for a day; a few hundred every ten minutes."""
    for workspace_id, channel_id in due_checks(clock.now()):
        enqueue(check_one, key=str(channel_id), workspace_id=workspace_id, channel_id=channel_id)


@job("channels.forget_late_connections", every="23 * * * *")
def forget_late() -> None:
    """Remove what owners began and never came back from, with the secrets kept for it."""
    forget_late_connections(clock.now())
