"""Entries as the calendar shows them: where they stand in one word and shape, their time there, what may be done."""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postroom.library.addresses import address_of
from postroom.publishing.calendar import Entry
from postroom.publishing.moving import MOVABLE
from postroom.web.calendar.spans import clock_change
from postroom.web.templatetags.ui import STATES

WORST_FIRST: Final = ("unknown", "failed", "missed", "sending", "claimed", "scheduled", "handed_off", "published")
ENDED_BADLY: Final = frozenset({"failed", "missed"})
SHOWN: Final = 3
"""So many of a day stand in the month; the others are behind "n more"."""


@dataclass(frozen=True, slots=True)
class Card:
    """An entry in the reader's zone. `aria`: all of it in words; `there`: its time in the brand's zone, if another."""

    entry: Entry
    local: datetime
    status: str
    tone: str
    drawing: str
    words: str
    aria: str
    there: str
    thumbnail: str
    may_move: bool
    is_past: bool

    @property
    def more(self) -> int:
        """How many channels are not among the faces."""
        return self.entry.publications - len(self.entry.faces)


@dataclass(frozen=True, slots=True)
class Day:
    """A day with its cards. `compose_at`: when a post that is written from here would go out, "" in the past."""

    date: date
    cards: list[Card]
    is_today: bool
    is_past: bool
    is_outside: bool
    is_open: bool
    change: str
    compose_at: str

    @property
    def shown(self) -> list[Card]:
        """The first of them; all if only one would be left out."""
        return self.cards if len(self.cards) <= SHOWN else self.cards[: SHOWN - 1]

    @property
    def more(self) -> int:
        """How many are left out."""
        return len(self.cards) - len(self.shown)

    @property
    def dots(self) -> list[Card]:
        """One for each of the first four."""
        return self.cards[:4]


def card_of(entry: Entry, *, zone: tzinfo, now: datetime, may_move: bool) -> Card:
    """Show an entry."""
    local = entry.at.astimezone(zone)
    status = _status(entry.statuses)
    words, tone, drawing = STATES[status]
    theirs = entry.at.astimezone(ZoneInfo(entry.brand_zone))
    there = ""
    if theirs.replace(tzinfo=None) != local.replace(tzinfo=None):
        there = _("%(time)s in %(zone)s") % {"time": f"{theirs:%H:%M}", "zone": entry.brand_zone}
    channels = ngettext("%(count)s channel", "%(count)s channels", entry.publications) % {"count": entry.publications}
    text = entry.text or _("A post without text")
    aria = f"{local:%H:%M}, {words}, {entry.brand_name}, {channels}{', ' if there else ''}{there}: {text}"
    return Card(
        entry=entry,
        local=local,
        status=status,
        tone=tone,
        drawing=drawing,
        words=str(words),
        aria=aria,
        there=there,
        thumbnail=_thumbnail(entry.thumbnail_key, now),
        may_move=may_move and not MOVABLE.isdisjoint(entry.statuses),
        is_past=entry.at < now,
    )


def day_of(
    day: date, cards: list[Card], *, now: datetime, zone: tzinfo, month: int | None, chosen: date, may_write: bool
) -> Day:
    """Show a day. `month`: the one that is looked at, None where days of all months are alike."""
    today = now.astimezone(zone).date()
    hour = min(now.astimezone(zone).hour + 1, 23) if day == today else 9
    return Day(
        date=day,
        cards=cards,
        is_today=day == today,
        is_past=day < today,
        is_outside=month is not None and day.month != month,
        is_open=day == chosen,
        change=clock_change(day, zone),
        compose_at=f"{day.isoformat()}T{hour:02}:00" if may_write and day >= today else "",
    )


def _status(statuses: tuple[str, ...]) -> str:
    if "published" in statuses and not ENDED_BADLY.isdisjoint(statuses) and "unknown" not in statuses:
        return "partly_published"
    return next((one for one in WORST_FIRST if one in statuses), statuses[0])


def _thumbnail(key: str, now: datetime) -> str:
    if not key:
        return ""
    return address_of(key, mime="image/webp", name="picture.webp", now=now, save=False).removeprefix(
        settings.PUBLIC_URL
    )
