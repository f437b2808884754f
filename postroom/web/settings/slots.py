"""Posting slots: the week of a brand, or of one of its channels, as a table to add to and take from."""

from datetime import time
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from postroom.brands.queries import one_brand, slots
from postroom.brands.slots import WeeklyTime, change_slots
from postroom.channels.queries import ChannelRow, channels
from postroom.web.frame.seats import Seated
from postroom.web.settings.tabs import given
from postroom.workspaces.errors import BadInput, NotFound
from postroom.workspaces.permissions import Permission

EVERY_DAY, WORKDAYS = "every", "work"
DAYS = {EVERY_DAY: range(7), WORKDAYS: range(5), **{str(day): range(day, day + 1) for day in range(7)}}
"""What “on” may say in the form: one day, the workdays, or all of them."""


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: Seated, brand_id: UUID) -> HttpResponse:
    """Show the week; with `?channel=`, that channel's own."""
    brand = one_brand(request.actor, brand_id)
    offered = (
        channels(request.actor, brand_id=brand_id, limit=500) if request.actor.may(Permission.CHANNELS_READ) else []
    )
    channel = _chosen(request.GET.get("channel", ""), offered)
    wrong = ""
    if request.method == "POST":
        wrong = _change(request, brand_id, channel)
        if not wrong:
            query = f"?channel={channel.id}" if channel else ""
            return redirect(reverse("settings-slots", args=[request.seat.workspace.slug, brand_id]) + query)
    found = slots(request.actor, brand_id, channel_id=channel.id if channel else None)
    inherited = [] if channel is None or found else slots(request.actor, brand_id)
    told = {
        "brand": brand,
        "channels": offered,
        "channel": channel,
        "week": _week(found or inherited),
        "is_inherited": channel is not None and not found,
        "has_slots": bool(found or inherited),
        "per_week": len(found or inherited),
        "may_edit": request.actor.may(Permission.BRANDS_EDIT, brand_id),
        "wrong": wrong,
        "typed": {"on": request.POST.get("on", EVERY_DAY), "at": request.POST.get("at", "")},
    }
    return given(request, "slots", "settings-brands", told, wrong=bool(wrong))


def _chosen(asked: str, offered: list[ChannelRow]) -> ChannelRow | None:
    if not asked:
        return None
    found = next((one for one in offered if str(one.id) == asked), None)
    if found is None:
        raise NotFound("channel", asked)
    return found


def _week(found: list[Any]) -> list[dict[str, Any]]:
    return [
        {"number": day, "name": WEEKDAYS[day], "times": [one.local_time for one in found if one.weekday == day]}
        for day in range(7)
    ]


def _change(request: Seated, brand_id: UUID, channel: ChannelRow | None) -> str:
    """Add or remove what the form says; gives what is wrong with it."""
    added: list[WeeklyTime] = []
    removed: list[WeeklyTime] = []
    taken = request.POST.get("remove", "")
    try:
        if taken:
            day, _space, clock = taken.partition(" ")
            removed = [WeeklyTime(int(day), time.fromisoformat(clock))]
        else:
            at = time.fromisoformat(request.POST.get("at", ""))
            added = [WeeklyTime(day, at) for day in DAYS[request.POST.get("on", EVERY_DAY)]]
    except (ValueError, KeyError):
        return gettext("Give a time such as 09:30.")
    try:
        change_slots(
            actor=request.actor,
            brand_id=brand_id,
            channel_id=channel.id if channel else None,
            add=added,
            remove=removed,
            now=timezone.now(),
        )
    except BadInput as refusal:
        return gettext("This can’t be taken. What can: %(allowed)s.") % {"allowed": refusal.allowed}
    messages.success(request, gettext("The slot was removed.") if removed else gettext("The slot was added."))
    return ""
