"""What an address asks the calendar for: view, date, and what it is narrowed to. What isn't there narrows nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from postroom.publishing.calendar import STANDING
from postroom.web.calendar.spans import VIEWS

STATUSES: Final[dict[str, tuple[Any, frozenset[str]]]] = {
    "scheduled": (_("Scheduled"), frozenset({"scheduled", "claimed"})),
    "sending": (_("Being sent"), frozenset({"sending"})),
    "published": (_("Published"), frozenset({"published"})),
    "trouble": (_("Failed, missed, unknown"), frozenset({"failed", "missed", "unknown"})),
    "handed_off": (_("With a person"), frozenset({"handed_off"})),
    "cancelled": (_("Cancelled"), frozenset({"cancelled"})),
}
"""What can be asked for, its words, and the states it means."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An address, read."""

    view: str
    day: date
    brand: UUID | None
    channel: UUID | None
    status: str
    campaign: str

    @property
    def statuses(self) -> frozenset[str]:
        """The states that are shown."""
        return STATUSES[self.status][1] if self.status else frozenset(STANDING)

    @property
    def is_narrowed(self) -> bool:
        """Whether something is left out."""
        return bool(self.brand or self.channel or self.status or self.campaign)


def read(query: QueryDict, brands: Collection[UUID]) -> Asked:
    """Read an address's query."""
    view, status, brand = query.get("view", ""), query.get("status", ""), _identifier(query.get("brand", ""))
    return Asked(
        view=view if view in VIEWS else "month",
        day=read_day(query.get("date", "")) or timezone.localdate(),
        brand=brand if brand in brands else None,
        channel=_identifier(query.get("channel", "")),
        status=status if status in STATUSES else "",
        campaign=query.get("campaign", "").replace("\x00", "")[:200],
    )


def read_day(text: str) -> date | None:
    """Read an ISO date; None if it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _identifier(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
