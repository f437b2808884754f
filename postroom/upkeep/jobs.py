"""What the worker does for the installation's health."""

from postroom.jobs.door import job
from postroom.upkeep import partitions


@job("upkeep.keep_months", every="17 3 * * *")
def keep_months() -> None:
    """Make partitions ahead, every night; three months ahead leave time to notice that it doesn't run."""
    partitions.keep_months()
