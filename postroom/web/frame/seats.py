"""Who asks, and in which workspace: addresses below `/w/<slug>/` open to its members, to others they are 404.

The view gets `request.seat` and `request.actor` instead of the slug. A verb's refusal becomes a page in words.
"""

import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation

from postroom.workspaces.actors import Actor
from postroom.workspaces.errors import NotAllowed, NotFound, Refusal
from postroom.workspaces.queries import NamedWorkspace
from postroom.workspaces.users import actor_of_user, workspaces_of

Respond = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True, slots=True)
class Seat:
    """A user's place: the workspace that is open, who they are in it, and where else they could sit."""

    workspace: NamedWorkspace
    time_zone: str
    actor: Actor
    others: tuple[NamedWorkspace, ...]


class SignedIn(HttpRequest):
    """A request of a user who has signed in."""

    user: Any


class Seated(SignedIn):
    """A request below `/w/<slug>/`."""

    seat: Seat
    actor: Actor


class Seats:
    """Middleware: opens the workspace that an address names, and speaks the user's language in the user's time zone."""

    def __init__(self, get_response: Respond) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request; time zone and language hold for it alone."""
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()
            translation.deactivate()

    def process_view(
        self, request: HttpRequest, view: object, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Find the seat before the view is called."""
        del view, args
        slug = kwargs.pop("workspace", None)
        user = request.user
        if user.is_authenticated:
            preferences = user.preferences or {}
            if locale := preferences.get("locale"):
                translation.activate(str(locale))
            _use_zone(str(preferences.get("time_zone") or ""))
        if slug is None:
            return None
        if not user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        seated = cast("Seated", request)
        seated.seat = take_seat(user, slug)
        seated.actor = seated.seat.actor
        if not (user.preferences or {}).get("time_zone"):
            _use_zone(seated.seat.time_zone)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Put a refusal in words; every other error is Django's."""
        if isinstance(error, NotFound):
            return render(request, "ui/refused.html", {"code": 404}, status=HTTPStatus.NOT_FOUND)
        if isinstance(error, NotAllowed):
            told = {"code": 403, "why": error.message}
            return render(request, "ui/refused.html", told, status=HTTPStatus.FORBIDDEN)
        if isinstance(error, Refusal):
            told = {"code": 409, "why": error.message}
            return render(request, "ui/refused.html", told, status=HTTPStatus.CONFLICT)
        return None


def take_seat(user: Any, slug: str) -> Seat:
    """Give a user's seat in a workspace. Http404 for whoever is no member of it, and for one that isn't there."""
    found = workspaces_of(user.id)
    here = next((one for one in found if one.slug == slug), None)
    if here is None:
        msg = "no such workspace for this user"
        raise Http404(msg)
    others = tuple(NamedWorkspace(one.id, one.slug, one.name) for one in found if one is not here)
    named = NamedWorkspace(here.id, here.slug, here.name)
    return Seat(named, here.time_zone, actor_of_user(user.id, here.id), others)


def _use_zone(name: str) -> None:
    if name:
        try:
            timezone.activate(zoneinfo.ZoneInfo(name))
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            timezone.deactivate()
