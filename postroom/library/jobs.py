"""What the worker does for the library: makes renditions that were asked for, and deletes files nobody has any more."""

from uuid import UUID

from postroom.jobs.door import job
from postroom.kit import clock
from postroom.library import making, sweeping


@job("library.make_rendition", queue="files", retry=5)
def make_rendition(*, workspace_id: str, rendition_id: str) -> None:
    """Make one rendition; if somebody else is at it, it is theirs to finish."""
    making.make_rendition(UUID(workspace_id), UUID(rendition_id), now=clock.now())


@job("library.sweep", every="41 * * * *")
def sweep() -> None:
    """Delete what is due, every hour."""
    now = clock.now()
    sweeping.bury_removed(now=now)
    sweeping.delete_loose(now=now)
    sweeping.clear_incoming(now=now)
