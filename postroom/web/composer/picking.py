"""Choosing files of the library for a post: a searchable grid, as a fragment for the dialog."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from postroom.library.queries import assets
from postroom.web.composer.sheet import as_id
from postroom.web.frame.seats import Seated
from postroom.web.library.tiles import tile_of
from postroom.workspaces.actors import Actor
from postroom.workspaces.permissions import Permission

ON_A_PAGE: Final = 60


@require_safe
def show(request: Seated) -> HttpResponse:
    """Give the grid for `?q=` and `?brand=`."""
    request.actor.demand(Permission.POSTS_WRITE)
    told = grid(request.actor, request.GET.get("brand", ""), request.GET.get("q", ""))
    return render(request, "composer/page.html#grid", told)


def grid(actor: Actor, brand: str, search: str) -> dict[str, Any]:
    """Find files by a word in their name, title or alternative text, those of the brand and of every brand."""
    asked = search.replace("\x00", "").strip()[:200]
    found = assets(actor, brand_id=as_id(brand), search=asked or None, limit=ON_A_PAGE)
    return {"picks": [tile_of(row) for row in found], "asked": asked}


def wants_parts(request: HttpRequest) -> bool:
    """Tell whether a script asks for parts of the page rather than for the page."""
    return request.headers.get("X-Parts") == "1"
