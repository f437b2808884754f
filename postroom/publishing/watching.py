"""Whether anything is being sent at all: pages say so when no worker is there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import Max

from postroom.publishing.models import Worker

QUIET = timedelta(seconds=20)
"""A worker that has not been heard for so long (four heartbeats) counts as away."""


@dataclass(frozen=True, slots=True)
class Away:
    """No worker is there. `since`: when one was last heard; None when there never was one."""

    since: datetime | None


def away(*, now: datetime) -> Away | None:
    """Tell whether nothing is being sent because no worker is there; None while one is. Of the whole installation."""
    with transaction.atomic():
        heard = Worker.objects.aggregate(heard=Max("seen_at"), alive=Max("seen_at", filter=_alive()))
    last = heard["alive"]
    return None if last is not None and now - last < QUIET else Away(heard["heard"])


def _alive() -> models.Q:
    return models.Q(stopped_at__isnull=True)
