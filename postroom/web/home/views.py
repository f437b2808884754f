"""The first page: what goes out next, what needs me, what went out lately."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from postroom.publishing.glancing import Stuck, glance
from postroom.publishing.outlook import count_channels
from postroom.publishing.settling import retry_publication
from postroom.web.channels.words import CHECK, RECONNECT, standing
from postroom.web.frame.seats import Seated
from postroom.workspaces.errors import Conflict, NotAllowed, NotFound, Refusal
from postroom.workspaces.permissions import Permission

OURS = frozenset({"rejected", "check", "settled"})
"""Why a publication failed for good: sending it again unchanged would fail again."""


@require_safe
def show(request: Seated) -> HttpResponse:
    """Show the first page."""
    actor, now = request.actor, timezone.now()
    seen = glance(actor, now=now)
    may_connect, may_edit = actor.may(Permission.CHANNELS_CONNECT), actor.may(Permission.CHANNELS_EDIT)
    channels = [{"is": one, "stands": standing(one, now)} for one in seen.channels]
    for row in channels:
        row["may"] = {RECONNECT: may_connect, CHECK: may_edit}.get(row["stands"].does, may_edit)  # type: ignore[attr-defined] # a Standing
    told = {
        "seen": seen,
        "stuck": [{"is": one, "does": _does(request, one)} for one in seen.stuck],
        "channels": channels,
        "needs": len(seen.stuck) + len(seen.channels) + len(seen.drafts),
        "steps": _first_steps(request, is_new=not (seen.next or seen.lately or seen.stuck or seen.drafts)),
    }
    return render(request, "home/page.html", told)


@require_POST
def again(request: Seated, publication_id: UUID) -> HttpResponse:
    """Send a failed or missed publication now."""
    try:
        retry_publication(actor=request.actor, publication_id=publication_id, now=timezone.now())
    except (NotFound, NotAllowed):
        raise
    except Conflict as refusal:
        messages.error(request, refusal.message)
    except Refusal as refusal:
        messages.error(request, _("It doesn't fit any more: %(why)s") % {"why": refusal.message})
    else:
        messages.success(request, _("It is sent again now."))
    return redirect("home", request.seat.workspace.slug)


def _does(request: Seated, stuck: Stuck) -> str:
    """Name the one strong action: settle, send (now), change, or only look."""
    actor = request.actor
    if stuck.status == "unknown":
        return "settle" if actor.may(Permission.POSTS_SETTLE) else "look"
    if stuck.error_class not in OURS and actor.may(Permission.POSTS_SCHEDULE):
        return "send"
    return "change" if actor.may(Permission.POSTS_WRITE) else "look"


def _first_steps(request: Seated, *, is_new: bool) -> list[dict[str, Any]]:
    """Give the first steps of a workspace in which nothing was written yet: which are done, and whose they are."""
    if not is_new:
        return []
    actor = request.actor
    has_channel = count_channels(actor, now=timezone.now()).all > 0
    return [
        {"name": "connect", "is_done": has_channel, "may": actor.may(Permission.CHANNELS_CONNECT)},
        {"name": "write", "is_done": False, "may": actor.may(Permission.POSTS_WRITE), "is_next": has_channel},
    ]
