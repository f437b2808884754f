"""One channel: how it is, what waits on it, what happened to it, and what can be done."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from postroom.brands.queries import one_brand
from postroom.channels.checking import check_channel
from postroom.channels.disconnecting import disconnect_channel
from postroom.channels.keeping import Outcome, refresh_now
from postroom.channels.living import change_lifecycle
from postroom.channels.pausing import pause_channel, resume_channel
from postroom.channels.queries import ChannelRow, one_channel, transitions
from postroom.networks import registry
from postroom.publishing.outlook import outlook, seen_channel
from postroom.publishing.waiting import waiting_on_channel
from postroom.web.channels.words import life_words, moves_from, standing
from postroom.web.frame.seats import Seated
from postroom.workspaces.errors import BadInput, Conflict
from postroom.workspaces.permissions import Permission


@require_safe
def show(request: Seated, channel_id: UUID) -> HttpResponse:
    """Show a channel."""
    return _page(request, channel_id)


@require_POST
def pause(request: Seated, channel_id: UUID) -> HttpResponse:
    """Hold what is scheduled on it."""
    why = request.POST.get("why", "")

    def hold() -> str:
        pause_channel(actor=request.actor, channel_id=channel_id, why=why, now=timezone.now())
        return _("It is paused. What is scheduled on it waits until you resume it.")

    return _done(request, channel_id, hold)


@require_POST
def resume(request: Seated, channel_id: UUID) -> HttpResponse:
    """Let it go on."""

    def let_go() -> str:
        resume_channel(actor=request.actor, channel_id=channel_id, now=timezone.now())
        return _("It goes on. What is due goes out now.")

    return _done(request, channel_id, let_go)


@require_POST
def move(request: Seated, channel_id: UUID) -> HttpResponse:
    """Move it along its way of life."""
    to, why = request.POST.get("to", ""), request.POST.get("why", "")

    def go() -> str:
        change_lifecycle(actor=request.actor, channel_id=channel_id, to=to, why=why, now=timezone.now())
        return _("It stands at “%(state)s” now.") % {"state": life_words(to)}

    return _done(request, channel_id, go)


@require_POST
def check(request: Seated, channel_id: UUID) -> HttpResponse:
    """Ask the network how it is."""

    def look() -> str:
        found = check_channel(actor=request.actor, channel_id=channel_id, now=timezone.now())
        if found.status == "active" and found.health == "healthy":
            return _("The network answered: it works, and its numbers are fresh.")
        raise Conflict(found.status_reason or found.last_error or _("The network couldn't be asked."))

    return _done(request, channel_id, look)


@require_POST
def refresh(request: Seated, channel_id: UUID) -> HttpResponse:
    """Renew its key."""

    def renew() -> str:
        came = refresh_now(actor=request.actor, channel_id=channel_id, now=timezone.now())
        if came.outcome in {Outcome.REFRESHED, Outcome.FRESH}:
            return _("Its key is renewed.")
        raise Conflict(came.why or _("Its key wasn't renewed."))

    return _done(request, channel_id, renew)


@require_POST
def disconnect(request: Seated, channel_id: UUID) -> HttpResponse:
    """Let the account go."""
    why = request.POST.get("why", "")

    def let_go() -> str:
        gone = disconnect_channel(actor=request.actor, channel_id=channel_id, why=why, now=timezone.now())
        said = _("%(name)s is disconnected, and its key is destroyed.") % {"name": gone.channel.username}
        waits = waiting_on_channel(request.actor, channel_id)
        held = ngettext(
            "%(count)s publication waits on it until it is connected again.",
            "%(count)s publications wait on it until it is connected again.",
            waits,
        ) % {"count": waits}
        return " ".join(part for part in (said, gone.note, held if waits else "") if part)

    return _done(request, channel_id, let_go)


def _done(request: Seated, channel_id: UUID, act: Callable[[], str]) -> HttpResponse:
    """Do it and go back to the channel's page; what couldn't be taken is said there."""
    try:
        messages.success(request, act())
    except BadInput as refusal:
        wrong = {refusal.field: _("This can't be taken: %(allowed)s is allowed.") % {"allowed": refusal.allowed}}
        return _page(request, channel_id, wrong=wrong, typed=request.POST, status=422)
    except Conflict as refusal:
        messages.error(request, refusal.message)
    return redirect("channels-one", request.seat.workspace.slug, channel_id)


def _page(request: Seated, channel_id: UUID, *, status: int = 200, **more: Any) -> HttpResponse:
    actor, now = request.actor, timezone.now()
    row = one_channel(actor, channel_id)
    seen = seen_channel(actor, channel_id, now=now)
    ahead = outlook(actor, channel_id=channel_id)
    steps = [
        {"is": step, "before": life_words(step.from_state), "after": life_words(step.to_state)}
        for step in transitions(actor, channel_id, limit=20)
    ]
    told = {
        "channel": row,
        "brand": one_brand(actor, row.brand_id),
        "network": registry.get(row.network) if row.network in registry.names() else None,
        "stands": standing(seen, now),
        "key_ends_at": seen.key_ends_at,
        "life": life_words(row.lifecycle),
        "moves": moves_from(row.lifecycle),
        "ahead": ahead,
        "behind": waiting_on_channel(actor, channel_id),
        "steps": steps,
        "may": _may(request, row),
    }
    return render(request, "channels/channel.html", told | more, status=status)


def _may(request: Seated, row: ChannelRow) -> dict[str, bool]:
    """What this member may do with it, as it stands."""
    actor, is_here = request.actor, row.deleted_at is None
    edit = is_here and actor.may(Permission.CHANNELS_EDIT, row.brand_id)
    known = registry.get(row.network) if row.network in registry.names() else None
    return {
        "pause": is_here and actor.may(Permission.PAUSE, row.brand_id),
        "edit": edit,
        "connect": actor.may(Permission.CHANNELS_CONNECT, row.brand_id),
        "refresh": edit and row.status != "revoked" and known is not None and known.connecting.refresh is not None,
        "tell": known is not None and known.connecting.revoke is not None,
        "write": is_here and actor.may(Permission.POSTS_WRITE, row.brand_id),
    }
