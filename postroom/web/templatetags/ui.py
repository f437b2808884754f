"""Small parts of pages: icons, status in words and shape, faces with their network, moments in the reader's time zone.

`{% load ui %}`. What has more than one line of HTML is a template in `ui/`.
"""

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from postroom.networks import registry

register = template.Library()

STATES: dict[str, tuple[Any, str, str]] = {
    "draft": (gettext_lazy("Draft"), "quiet", "circle-dashed"),
    "in_review": (gettext_lazy("In review"), "wait", "eye"),
    "approved": (gettext_lazy("Approved"), "wait", "shield-check"),
    "scheduled": (gettext_lazy("Scheduled"), "wait", "clock"),
    "claimed": (gettext_lazy("About to be sent"), "busy", "send"),
    "sending": (gettext_lazy("Being sent"), "busy", "send"),
    "publishing": (gettext_lazy("Being sent"), "busy", "send"),
    "published": (gettext_lazy("Published"), "good", "circle-check"),
    "partly_published": (gettext_lazy("Partly published"), "warn", "alert-triangle"),
    "failed": (gettext_lazy("Failed"), "bad", "circle-x"),
    "unknown": (gettext_lazy("Unknown"), "doubt", "question-mark"),
    "missed": (gettext_lazy("Missed"), "bad", "clock-pause"),
    "cancelled": (gettext_lazy("Cancelled"), "quiet", "x"),
    "handed_off": (gettext_lazy("With a person"), "wait", "user"),
    # channels
    "active": (gettext_lazy("Active"), "good", "circle-check"),
    "pending": (gettext_lazy("Not finished"), "quiet", "circle-dashed"),
    "expired": (gettext_lazy("Needs to be reconnected"), "bad", "link-off"),
    "revoked": (gettext_lazy("Access taken back"), "bad", "link-off"),
    "error": (gettext_lazy("In trouble"), "bad", "alert-circle"),
    "paused": (gettext_lazy("Paused"), "warn", "player-pause"),
    "disconnected": (gettext_lazy("Disconnected"), "quiet", "link-off"),
    "inactive": (gettext_lazy("Out of use"), "quiet", "circle-dashed"),
    "healthy": (gettext_lazy("Healthy"), "good", "circle-check"),
    "degraded": (gettext_lazy("Some trouble"), "warn", "alert-triangle"),
    "unhealthy": (gettext_lazy("Not working"), "bad", "circle-x"),
}
"""Status → its words, its tone, its icon. A status that isn't here is shown by its own name."""
DRAWN = frozenset(
    re.findall(r'id="([^"]+)"', (Path(__file__).parent.parent / "static" / "vendor" / "icons.svg").read_text())
)
"""The icons there are. A network whose own mark is among them, as "brand-<name>", is shown by it."""


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon; with a label it speaks for itself, without one it is decoration."""
    where = f"{static('vendor/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, where)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', where)


@register.simple_tag
def status(state: str, title: str = "") -> SafeString:
    """Show a status: words, an icon of its own shape, and a tone."""
    words, tone, drawing = STATES.get(state, (state.replace("_", " ").capitalize(), "quiet", "circle-dashed"))
    return format_html('<span class="chip chip-{}" title="{}">{}{}</span>', tone, title, icon(drawing), words)


@register.simple_tag
def network_mark(name: str) -> SafeString:
    """Draw a network's mark, labelled with its name."""
    label = registry.get(name).label if name in registry.names() else name
    return format_html(
        '<span class="mark mark-{}" title="{}">{}</span>',
        name,
        label,
        icon(f"brand-{name}" if f"brand-{name}" in DRAWN else "box", label),
    )


@register.simple_tag
def network_label(name: str) -> str:
    """Give a network's name as people write it."""
    return registry.get(name).label if name in registry.names() else name


@register.inclusion_tag("ui/face.html")
def face(who: Any, size: str = "") -> dict[str, Any]:
    """Show a channel's avatar with its network's mark. `who` has network, username, display_name, avatar_url."""
    name = str(getattr(who, "display_name", "") or getattr(who, "username", "") or "?")
    return {"who": who, "initials": initials(name), "size": size, "tone": sum(map(ord, name)) % 6}


@register.filter
def initials(name: str) -> str:
    """Give one or two letters that stand for a name."""
    words = [word for word in str(name).replace("@", " ").replace(".", " ").split() if word]
    return "".join(word[0] for word in words[:2]).upper() or "?"


@register.simple_tag
def moment(value: datetime | None, *, near: bool = True) -> SafeString | str:
    """Show a moment in the reader's time zone; near ones as people say them ("in 5 minutes", "tomorrow 09:30")."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    zone = local.tzname() or ""
    exact = f"{formats.date_format(local, 'DATETIME_FORMAT')} {zone}"
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), exact, _said(local, near=near))


def _said(local: datetime, *, near: bool) -> str:
    now = timezone.localtime()
    away = (local - now).total_seconds()
    if near and abs(away) < 60:
        return _("now") if away <= 0 else _("in a moment")
    if near and 0 < away < 3600:
        return _("in %(time)s") % {"time": timeuntil(local, now, depth=1)}
    if near and -3600 < away < 0:
        return _("%(time)s ago") % {"time": timesince(local, now, depth=1)}
    return _("%(day)s, %(time)s") % {
        "day": day_words(local.date(), now.date()),
        "time": formats.time_format(local, "H:i"),
    }


def day_words(day: date, today: date) -> str:
    """Name a day as people do: Today, Tomorrow, Friday; else its date."""
    away = (day - today).days
    near = {-1: _("Yesterday"), 0: _("Today"), 1: _("Tomorrow")}
    if away in near:
        return near[away]
    if 1 < away < 7:
        return str(formats.date_format(day, "l"))
    return str(formats.date_format(day, "D j M" if day.year == today.year else "D j M Y"))


@register.filter
def day_name(value: datetime) -> str:
    """Name the day of a moment, in the reader's time zone."""
    return day_words(timezone.localtime(value).date(), timezone.localdate())


@register.filter
def clock(value: datetime) -> str:
    """Give the time of day of a moment, in the reader's time zone."""
    return str(formats.time_format(timezone.localtime(value), "H:i"))


@register.simple_tag(takes_context=True)
def keep_query(context: dict[str, Any], **changes: Any) -> str:
    """Give this page's query string with some of its values changed; an empty one takes a name away."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in {None, ""}:
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else "?"
