"""Move a post from the calendar: dragged, by the dialog, or on a page of its own; and put it back."""

from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from postroom.publishing.listing import show_post
from postroom.publishing.moving import MOVABLE, move_post
from postroom.publishing.scheduling import schedule_post, unschedule_post
from postroom.publishing.timing import At
from postroom.web.frame.seats import Seated
from postroom.workspaces.errors import BadInput, NotAllowed, NotFound, Refusal
from postroom.workspaces.permissions import Permission

ADDRESS_MAX = 500
"""What a toast's form keeps of an address."""
DRAFTS = frozenset({"draft", "approved"})


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: Seated, post_id: UUID) -> HttpResponse:
    """Show the form, or move the post to the date and time (of the reader's zone) that it gives."""
    if request.method != "POST":
        return _page(request, post_id)
    given = request.POST
    try:
        to = _moment(given.get("date", ""), given.get("time", ""))
        message, undo = _move(request, post_id, to)
    except (NotFound, NotAllowed):
        raise
    except Refusal as refusal:
        why = _why(refusal)
        if given.get("page"):
            return _page(request, post_id, why=why)
        messages.error(request, _("It stays where it was: %(why)s") % {"why": why})
    else:
        messages.success(request, message, extra_tags=undo if len(undo) <= ADDRESS_MAX else "")
    return _return(request, given.get("next", ""))


@require_POST
def back(request: Seated, post_id: UUID) -> HttpResponse:
    """Undo a move: to where it was, or back to the drafts."""
    query = request.GET
    try:
        if query.get("to"):
            to, taken_at = _exact(query.get("to", "")), _exact(query.get("taken", ""))
            move_post(actor=request.actor, post_id=post_id, taken_at=taken_at, to=to, now=timezone.now())
        else:
            unschedule_post(actor=request.actor, post_id=post_id, now=timezone.now())
    except (NotFound, NotAllowed):
        raise
    except Refusal as refusal:
        messages.error(request, _("It can't be put back: %(why)s") % {"why": _why(refusal)})
    else:
        messages.success(request, _("It is back where it was."))
    return _return(request, query.get("next", ""))


def _move(request: Seated, post_id: UUID, to: datetime) -> tuple[str, str]:
    """Move it; gives what to say, and the address that undoes it ("" where nothing can)."""
    actor, now, told = request.actor, timezone.now(), {"next": _safe(request, request.POST.get("next", ""))}
    undo = reverse("calendar-back", args=[request.seat.workspace.slug, post_id])
    if not request.POST.get("taken"):
        schedule_post(actor=actor, post_id=post_id, when=At(to), now=now)
        return _("Scheduled for %(when)s.") % {"when": _said(to)}, f"{undo}?{urlencode(told)}"
    taken_at = _exact(request.POST["taken"])
    move_post(actor=actor, post_id=post_id, taken_at=taken_at, to=to, now=now)
    message = _("Moved to %(when)s.") % {"when": _said(to)}
    if taken_at < now:
        return message, ""  # its old moment has gone by
    told |= {"taken": to.isoformat(), "to": taken_at.isoformat()}
    return message, f"{undo}?{urlencode(told)}"


def _page(request: Seated, post_id: UUID, *, why: str = "") -> HttpResponse:
    request.actor.demand(Permission.POSTS_READ)
    post = orjson.loads(show_post(request.actor, post_id=post_id).body)
    waiting = [one for one in post["publications"] if one["status"] in MOVABLE and one["scheduled_for"]]
    moments = sorted({datetime.fromisoformat(one["scheduled_for"]) for one in waiting})
    asked = request.POST.get("taken") or request.GET.get("taken", "")
    taken = next((one for one in moments if one.isoformat() == asked), next(iter(moments), None))
    local = timezone.localtime(taken) if taken else None
    told: dict[str, Any] = {
        "post": post,
        "taken": taken.isoformat() if taken else "",
        "local": local,
        "date": request.POST.get("date", f"{local:%Y-%m-%d}" if local else ""),
        "time": request.POST.get("time", f"{local:%H:%M}" if local else "09:00"),
        "others": len(moments) - 1,
        "can_move": bool(taken) or (post["status"] in DRAFTS and bool(post["publications"])),
        "has_channels": bool(post["publications"]),
        "may_move": request.actor.may(Permission.POSTS_SCHEDULE, UUID(post["brand_id"])),
        "zone": str(timezone.get_current_timezone()),
        "why": why,
        "next": _safe(request, request.POST.get("next") or request.GET.get("next", "")),
    }
    return render(request, "calendar/move.html", told, status=422 if why else 200)


def _moment(day: str, clock: str) -> datetime:
    """Read a local date and time of the reader's zone; a time that comes twice is its first."""
    try:
        local = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock))
    except ValueError:
        raise BadInput("when", f"{day} {clock}".strip(), _("a date and a time")) from None
    # Through UTC: of a time that the clocks skip, what is scheduled and what is said are the same then.
    return local.replace(tzinfo=timezone.get_current_timezone()).astimezone(UTC)


def _exact(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise BadInput("when", text, _("a date and a time")) from None


def _said(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{date_format(local, 'D j M Y')}, {local:%H:%M}"


def _why(refusal: Refusal) -> str:
    """Give the reason in words for people, without the id that it may begin with."""
    if isinstance(refusal, BadInput) and refusal.field == "when":
        return _("this time can't be taken; what can is %(allowed)s") % {"allowed": refusal.allowed}
    if isinstance(refusal, BadInput) and refusal.field == "channels":
        return _("it has no channel yet; open it and choose where it goes")
    said = refusal.message
    return said.partition(": ")[2] if said.startswith("publication ") else said


def _safe(request: Seated, address: str) -> str:
    """Keep an address of ours, without a toast's limits being passed; else the calendar."""
    plain = reverse("calendar", args=[request.seat.workspace.slug])
    is_ours = url_has_allowed_host_and_scheme(address, allowed_hosts=None) and address.startswith("/")
    return address if is_ours and len(address) < 250 else plain


def _return(request: Seated, address: str) -> HttpResponse:
    answer = redirect(_safe(request, address))
    answer.status_code = 303
    return answer
