"""The calendar: a month, a week, a list or a day, narrowed by what stands in the address."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from postroom.brands.queries import brands
from postroom.publishing.calendar import calendar
from postroom.web.calendar import asked as asking
from postroom.web.calendar.cards import Card, Day, card_of, day_of
from postroom.web.calendar.spans import Span, span_of
from postroom.web.frame.seats import Seated
from postroom.workspaces.permissions import Permission

NAMED: Final = (("month", _("Month")), ("week", _("Week")), ("list", _("List")))
HOURS: Final = range(7, 22)
"""Shown in a week in any case; others where something stands there, or when all are asked for."""


@require_safe
def show(request: Seated) -> HttpResponse:
    """Show the calendar."""
    actor, now, zone = request.actor, timezone.now(), timezone.get_current_timezone()
    there = brands(actor)
    asked = asking.read(request.GET, {one.id for one in there})
    span = span_of(asked.view, asked.day, _week_start(request))
    since, until = span.moments(zone)
    found = calendar(
        actor, since=since, until=until, brand_id=asked.brand, channel_id=asked.channel,
        statuses=asked.statuses, campaign=asked.campaign,
    )  # fmt: skip
    may_move = actor.may(Permission.POSTS_SCHEDULE)
    cards = [card_of(one, zone=zone, now=now, may_move=may_move) for one in found.entries]
    days = _days(span, cards, now=now, zone=zone, may_write=actor.may(Permission.POSTS_WRITE))
    campaigns = sorted({*found.campaigns, asked.campaign} - {""})
    told = {
        "asked": asked,
        "span": span,
        "days": days,
        "open_day": next((one for one in days if one.is_open), None),
        "hours": _hours(days, every=request.GET.get("hours") == "all") if span.view == "week" else [],
        "all_hours": request.GET.get("hours") == "all",
        "views": NAMED,
        "today": now.astimezone(zone).date(),
        "found": found,
        "brands": there,
        "statuses": [(name, words) for name, (words, _states) in asking.STATUSES.items()],
        "campaigns": campaigns,
        "may_move": may_move,
        "zone": str(zone),
        "elsewhere": _elsewhere(there, asked, now, zone),
        "count": len(cards),
        "here": request.get_full_path(),
    }
    return render(request, "calendar/page.html", told)


def _days(span: Span, cards: Sequence[Card], *, now: datetime, zone: tzinfo, may_write: bool) -> list[Day]:
    by_day: dict[date, list[Card]] = defaultdict(list)
    for card in cards:
        by_day[card.local.date()].append(card)
    month = span.day.month if span.view == "month" else None
    return [
        day_of(one, by_day[one], now=now, zone=zone, month=month, chosen=span.day, may_write=may_write)
        for one in span.days
    ]


def _hours(days: Sequence[Day], *, every: bool) -> list[dict[str, Any]]:
    """Give the rows of a week: an hour, and each day with what stands in it."""
    used = {card.local.hour for day in days for card in day.cards}
    hours = range(24) if every else range(min({HOURS.start, *used}), max({HOURS.stop - 1, *used}) + 1)
    return [
        {
            "label": f"{hour:02}:00",
            "hour": hour,
            "cells": [(day, [card for card in day.cards if card.local.hour == hour]) for day in days],
        }
        for hour in hours
    ]


def _elsewhere(there: Sequence[Any], asked: asking.Asked, now: datetime, zone: tzinfo) -> list[Any]:
    """Give the brands (of those shown) whose clocks say something else than the reader's."""
    here = now.astimezone(zone).utcoffset()
    shown = [one for one in there if asked.brand in {None, one.id}]
    return [one for one in shown if now.astimezone(ZoneInfo(one.time_zone)).utcoffset() != here]


def _week_start(request: Seated) -> int:
    found = (request.user.preferences or {}).get("week_start", 0)
    return found if isinstance(found, int) and 0 <= found <= 6 else 0
