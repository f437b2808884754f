"""What the frame around every page shows: places to go, the theme, and whether anything is being sent at all."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from postroom.publishing.glancing import rail_channels
from postroom.publishing.watching import away
from postroom.web.frame.seats import Seat
from postroom.workspaces.permissions import Permission

PLACES = (
    ("home", _("Home"), "home", None),
    ("calendar", _("Calendar"), "calendar", Permission.POSTS_READ),
    ("channels", _("Channels"), "broadcast", Permission.CHANNELS_READ),
    ("library", _("Library"), "photo", Permission.LIBRARY_READ),
    ("settings", _("Settings"), "settings", None),
)
"""Name of the view, its label, its icon, and what a member must be allowed to see it."""


def frame(request: HttpRequest) -> dict[str, Any]:
    """Give the frame's words; below `/w/<slug>/` with its places."""
    user = getattr(request, "user", None)
    preferences = (user.preferences or {}) if user is not None and user.is_authenticated else {}
    told: dict[str, Any] = {"theme": preferences.get("theme") or "auto", "seat": None}
    seat = getattr(request, "seat", None)
    if seat is None:
        return told
    here = request.resolver_match.view_name if request.resolver_match else ""
    slug = seat.workspace.slug
    told |= {
        "seat": seat,
        "places": [
            {"url": reverse(name, args=[slug]), "label": label, "icon": icon, "is_here": here.split("-")[0] == name}
            for name, label, icon, needed in PLACES
            if needed is None or seat.actor.may(needed)
        ],
        "rail_channels": _rail_channels(seat, request),
        "may_write": seat.actor.may(Permission.POSTS_WRITE),
        "away": away(now=timezone.now()),
    }
    return told


def _rail_channels(seat: Seat, request: HttpRequest) -> list[dict[str, Any]]:
    """Give the first channels with what waits on each; the one that is open is marked."""
    given = request.resolver_match.kwargs if request.resolver_match else {}
    return [
        {
            "is": one,
            "url": reverse("channels-one", args=[seat.workspace.slug, one.id]),
            "is_here": given.get("channel_id") == one.id,
        }
        for one in rail_channels(seat.actor)
    ]
