"""The list of channels: by brand, narrowed by brand, network and standing in the address."""

from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from postroom.brands.queries import brands
from postroom.networks import registry
from postroom.publishing.outlook import STANDINGS as KNOWN
from postroom.publishing.outlook import count_channels, seen_channels
from postroom.web.channels.words import STANDINGS, life_words, standing
from postroom.web.frame.seats import Seated
from postroom.workspaces.permissions import Permission

ON_A_PAGE = 60


@require_safe
def show(request: Seated) -> HttpResponse:
    """Show a page of channels."""
    actor, now = request.actor, timezone.now()
    there = brands(actor)
    wanted = _wanted(request, {one.id for one in there})
    page = _number(request.GET.get("page", ""))
    found = seen_channels(actor, now=now, limit=ON_A_PAGE + 1, skip=(page - 1) * ON_A_PAGE, **wanted)
    counts = count_channels(actor, now=now)
    rows = [{"is": one, "stands": standing(one, now), "life": life_words(one.lifecycle)} for one in found[:ON_A_PAGE]]
    told = {
        "groups": [(name, list(some)) for (_, name), some in groupby(rows, key=_brand_of)],
        "counts": counts,
        "tabs": [(word, label, getattr(counts, word or "all")) for word, label in STANDINGS],
        "wanted": wanted,
        "is_narrowed": any(wanted.values()),
        "brands": there,
        "networks": [registry.get(name) for name in registry.names() if name in counts.networks],
        "page": page,
        "has_more": len(found) > ON_A_PAGE,
        "may_connect": actor.may(Permission.CHANNELS_CONNECT),
    }
    return render(request, "channels/page.html", told)


def _wanted(request: Seated, brand_ids: set[UUID]) -> dict[str, Any]:
    """Read what the list is narrowed to; what isn't there narrows nothing."""
    given = request.GET
    brand = next((one for one in brand_ids if str(one) == given.get("brand")), None)
    network, stands = given.get("network"), given.get("state", "")
    return {
        "brand_id": brand,
        "network": network if network in registry.names() else None,
        "standing": stands if stands in KNOWN else "",
    }


def _number(text: str) -> int:
    return min(int(text), 10_000) if text.isascii() and text.isdecimal() and int(text) > 0 else 1


def _brand_of(row: dict[str, Any]) -> tuple[UUID, str]:
    return row["is"].brand_id, row["is"].brand_name
