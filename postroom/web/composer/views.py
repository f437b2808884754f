"""The composer: one form for a new post and for one that is there; every button is a submit of that form.

Scripts send the same form and get parts of the page back: while typing ("look"), and every few seconds ("autosave").
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from postroom.brands.queries import brands, one_brand
from postroom.channels.queries import one_channel
from postroom.library import storing
from postroom.publishing.listing import show_post
from postroom.web.composer import desk
from postroom.web.composer.arranging import arrange, take_files
from postroom.web.composer.picking import grid, wants_parts
from postroom.web.composer.saving import SAVES, Trouble, save
from postroom.web.composer.sheet import Sheet, as_id, local_time, read_address, read_form, read_stored
from postroom.web.frame.seats import Seated
from postroom.workspaces.errors import NotFound
from postroom.workspaces.permissions import Permission

ENVELOPE: Final = 1024 * 1024
"""Bytes that the form may have around its files."""
EDITABLE: Final = frozenset({"draft", "in_review", "approved", "scheduled", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Open:
    """What is on the desk: the brand, and the post where it is stored already."""

    brand: desk.Brand
    stored: Mapping[str, Any] | None = None

    @property
    def post_id(self) -> UUID | None:
        """The stored post's id."""
        return UUID(self.stored["id"]) if self.stored else None


@csrf_exempt  # only here: the inner view is protected, once the folder is there in which a form's files wait
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: Seated, post_id: UUID | None = None) -> HttpResponse:
    """Show the composer for a new post or a stored one, and take its form."""
    request.actor.demand(Permission.POSTS_WRITE)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.method == "POST" and (not length.isdigit() or int(length) > settings.UPLOAD_LIMIT + ENVELOPE):
        return HttpResponse(gettext("Too large."), status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    storing.incoming()
    answer: HttpResponse = _show(request, post_id)
    return answer


@csrf_protect
def _show(request: Seated, post_id: UUID | None) -> HttpResponse:
    stored = json.loads(show_post(request.actor, post_id=post_id).body) if post_id else None
    if stored is not None:
        request.actor.demand(Permission.POSTS_WRITE, UUID(stored["brand_id"]))
        if stored["status"] not in EDITABLE:
            messages.info(request, gettext("This post has gone out or is on its way; it can’t be changed any more."))
            return redirect("post", request.seat.workspace.slug, post_id)
    brand = _brand(request, stored)
    if brand is None:
        return render(request, "composer/nothing.html", {"may_make": request.actor.may(Permission.BRANDS_EDIT)})
    here = Open(brand, stored)
    if request.method == "POST":
        return _take(request, here)
    return _page(request, here, _first_sheet(request, here))


def _brand(request: Seated, stored: Mapping[str, Any] | None) -> desk.Brand | None:
    """Find whose post it is: the stored one's, what was asked for, the asked channel's, else the first brand."""
    if stored is not None:
        return one_brand(request.actor, UUID(stored["brand_id"]))
    form = request.POST if request.method == "POST" else request.GET
    if asked := form.get("brand"):
        if (brand_id := as_id(asked)) is None:
            raise NotFound("brand", asked)
        return one_brand(request.actor, brand_id)
    if (channel_id := as_id(request.GET.get("channel"))) is not None:
        return one_brand(request.actor, one_channel(request.actor, channel_id).brand_id)
    return next(iter(brands(request.actor, limit=1)), None)


def _first_sheet(request: Seated, here: Open) -> Sheet:
    if here.stored is None:
        return read_address(request.GET)
    due = here.stored["scheduled_at"]
    at = local_time(datetime.fromisoformat(due).astimezone(ZoneInfo(here.brand.time_zone))) if due else ""
    return read_stored(here.stored, request.GET.get("at", "")[:16] or at)


def _take(request: Seated, here: Open) -> HttpResponse:
    """Do what the pressed button says."""
    action, sheet = request.POST.get("action", "look"), read_form(request.POST)
    if request.FILES:
        sheet = take_files(request, sheet, here.brand.id)
    sheet = arrange(sheet, action, request.POST.getlist("pick"))
    if action == "autosave":
        return _autosave(request, here, sheet)
    if action in SAVES:
        return _save(request, here, sheet, action)
    if wants_parts(request):
        parts = "live" if action == "look" else "parts"
        return render(request, f"composer/page.html#{parts}", _told(request, here, sheet))
    more: dict[str, Any] = {}
    if action == "pick":
        more["picking"] = grid(request.actor, str(here.brand.id), request.POST.get("q", ""))
    return _page(request, here, sheet, **more)


def _save(request: Seated, here: Open, sheet: Sheet, action: str) -> HttpResponse:
    done = save(request.actor, here.brand, here.stored, sheet, action)
    if isinstance(done, Trouble):
        sheet = replace(sheet, version=done.version or sheet.version)
        return _page(request, here, sheet, trouble=done, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, done.said)
    name = "compose-edit" if action == "save" and done.status == "draft" else "post"
    return redirect(reverse(name, args=[request.seat.workspace.slug, done.post_id]))


def _autosave(request: Seated, here: Open, sheet: Sheet) -> HttpResponse:
    """Save a draft, and only a draft, in passing."""
    if here.stored is not None and here.stored["status"] != "draft":
        return JsonResponse({})
    done = save(request.actor, here.brand, here.stored, sheet, "save")
    if isinstance(done, Trouble):
        told = {"said": done.said, "is_conflict": done.is_conflict, "version": done.version}
        return JsonResponse(told)
    url = reverse("compose-edit", args=[request.seat.workspace.slug, done.post_id])
    return JsonResponse({"said": done.said_in_passing, "version": done.version, "url": url})


def _told(request: Seated, here: Open, sheet: Sheet) -> dict[str, Any]:
    return {**desk.told(request.actor, here.brand, sheet, here.stored), "stored": here.stored}


def _page(request: Seated, here: Open, sheet: Sheet, *, status: int = HTTPStatus.OK, **more: Any) -> HttpResponse:
    offered = [one for one in brands(request.actor) if request.actor.may(Permission.POSTS_WRITE, one.id)]
    told = {
        **_told(request, here, sheet),
        "stored_at": _clock(here.stored["updated_at"]) if here.stored else "",
        "brands": offered,
        "is_scheduled": here.stored is not None and here.stored["status"] == "scheduled",
        "may_connect": request.actor.may(Permission.CHANNELS_CONNECT),
        "upload_limit": settings.UPLOAD_LIMIT,
        **more,
    }
    return render(request, "composer/page.html", told, status=status)


def _clock(moment: str) -> str:
    """Give the time of day of a stored moment, in the reader's zone."""
    return timezone.localtime(datetime.fromisoformat(moment)).strftime("%H:%M")
