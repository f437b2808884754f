"""Spans of days: what a month, a week, a list and a day show, whole weeks beginning where the reader's weeks begin."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _

VIEWS: Final = ("month", "week", "list", "day")
LIST_DAYS: Final = 14
EARLIEST, LATEST = date(1990, 1, 1), date(2190, 1, 1)
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` up to before `end`, and where the arrows lead."""

    view: str
    day: date
    first: date
    end: date
    previous: date
    following: date
    title: str

    @property
    def days(self) -> list[date]:
        """Every day of it."""
        return [self.first + timedelta(days=number) for number in range((self.end - self.first).days)]

    def moments(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """Give where it begins and ends: midnights of that zone, whatever its clocks do in between."""
        return midnight(self.first, zone), midnight(self.end, zone)


def midnight(day: date, zone: tzinfo) -> datetime:
    """Give the moment at which a day begins there."""
    return datetime.combine(day, time(), zone)


def span_of(view: str, day: date, week_start: int) -> Span:
    """Give the span that a view shows around a day. `week_start`: 0 Monday … 6 Sunday."""
    day = min(max(day, EARLIEST), LATEST)
    if view == "week":
        first = _week_of(day, week_start)
        end = first + 7 * DAY
        return Span(view, day, first, end, day - 7 * DAY, day + 7 * DAY, _between(first, end - DAY))
    if view == "list":
        end = day + LIST_DAYS * DAY
        return Span(view, day, day, end, day - LIST_DAYS * DAY, end, _between(day, end - DAY))
    if view == "day":
        return Span(view, day, day, day + DAY, day - DAY, day + DAY, date_format(day, "l, j F Y"))
    begin = day.replace(day=1)
    following = (begin + 31 * DAY).replace(day=1)
    end = _week_of(following - DAY, week_start) + 7 * DAY
    previous = (begin - DAY).replace(day=1)
    return Span("month", day, _week_of(begin, week_start), end, previous, following, date_format(begin, "F Y"))


def clock_change(day: date, zone: tzinfo) -> str:
    """Say if clocks are changed on that day, "" on all others."""
    before, after = midnight(day, zone).utcoffset(), midnight(day + DAY, zone).utcoffset()
    if before is None or after is None or before == after:
        return ""
    return _("Clocks go forward") if after > before else _("Clocks go back")


def _week_of(day: date, week_start: int) -> date:
    return day - timedelta(days=(day.weekday() - week_start) % 7)


def _between(first: date, last: date) -> str:
    if first.year != last.year:
        return f"{date_format(first, 'j M Y')} – {date_format(last, 'j M Y')}"
    return f"{date_format(first, 'j M')} – {date_format(last, 'j M Y')}"
