"""The library: every stored file as a grid, searched, filtered and sorted by what stands in the address."""

from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from postroom.brands.queries import brands
from postroom.library.queries import SORTS, assets, count_without_alt, removed_assets
from postroom.web.frame.seats import Seated
from postroom.web.library.tiles import KINDS, PURPOSES, removed_tile_of, tile_of
from postroom.workspaces.permissions import Permission

ON_A_PAGE: Final = 60
SORTED: Final = {
    "newest": _("Newest first"),
    "oldest": _("Oldest first"),
    "name": _("By name"),
    "largest": _("Largest first"),
    "most_used": _("Most used first"),
}
if set(SORTED) != set(SORTS):
    msg = "an order of the library without its words"
    raise RuntimeError(msg)


@require_safe
def show(request: Seated) -> HttpResponse:
    """Show the files; what an address asks for and isn't there is left out."""
    known_brands = {str(one.id): one for one in brands(request.actor)}
    asked = {
        "q": request.GET.get("q", "").strip()[:200],
        "kind": _among(request.GET.get("kind"), KINDS),
        "purpose": _among(request.GET.get("purpose"), PURPOSES),
        "brand": _among(request.GET.get("brand"), known_brands),
        "sort": _among(request.GET.get("sort"), SORTED) or "newest",
        "alt": _among(request.GET.get("alt"), {"missing"}),
    }
    found = assets(
        request.actor,
        search=asked["q"].replace("\x00", "") or None,
        type_=asked["kind"] or None,
        purpose=asked["purpose"] or None,
        brand_id=known_brands[asked["brand"]].id if asked["brand"] else None,
        no_alt=bool(asked["alt"]),
        sort=asked["sort"],
        after=_identifier(request.GET.get("after", "")),
        limit=ON_A_PAGE + 1,
    )
    told = {
        "asked": asked,
        "is_filtered": any(asked[name] for name in ("q", "kind", "purpose", "brand", "alt")),
        "tiles": [tile_of(row) for row in found[:ON_A_PAGE]],
        "following": found[ON_A_PAGE - 1].id if len(found) > ON_A_PAGE else None,
        "without_alt": count_without_alt(request.actor),
        "kinds": [(name, words) for name, (words, _icon) in KINDS.items()],
        "purposes": [(name, words) for name, words in PURPOSES.items() if name != "any"],
        "sorts": SORTED.items(),
        "brands": list(known_brands.values()),
        "may_edit": request.actor.may(Permission.LIBRARY_EDIT),
        "upload_limit": settings.UPLOAD_LIMIT,
    }
    return render(request, "library/page.html", told)


@require_safe
def removed(request: Seated) -> HttpResponse:
    """Show what was removed and can still be brought back."""
    told = {
        "tiles": [removed_tile_of(row) for row in removed_assets(request.actor)],
        "may_edit": request.actor.may(Permission.LIBRARY_EDIT),
    }
    return render(request, "library/removed.html", told)


def _among(found: str | None, known: Any) -> str:
    return found if found and found in known else ""


def _identifier(found: str) -> UUID | None:
    try:
        return UUID(found)
    except ValueError:
        return None
