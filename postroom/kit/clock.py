"""The one place that reads the machine's clock for the product: verbs are handed `now`, doors ask here."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, time-zone-aware, in UTC."""
    return datetime.now(tz=UTC)
