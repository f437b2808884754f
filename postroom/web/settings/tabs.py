"""The tabs of the settings, and how each of their pages is given."""

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from postroom.web.frame.seats import Seated
from postroom.workspaces.permissions import Permission

TABS = (
    ("settings", _("Workspace"), None),
    ("settings-members", _("Members"), Permission.MEMBERS_READ),
    ("settings-brands", _("Brands"), Permission.BRANDS_READ),
    ("settings-keys", _("API keys"), Permission.KEYS_EDIT),
    ("settings-apps", _("Network apps"), Permission.CHANNELS_CONNECT),
)
"""Name of the view, its label, and what a member must be allowed to see it."""


def given(request: Seated, template: str, here: str, told: dict[str, Any], *, wrong: bool = False) -> HttpResponse:
    """Give a page below the tab `here`; `wrong`: something that was typed couldn't be taken (422)."""
    slug = request.seat.workspace.slug
    tabs = [
        {"url": reverse(name, args=[slug]), "label": label, "is_here": name == here}
        for name, label, needed in TABS
        if needed is None or request.actor.may(needed)
    ]
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return render(request, f"settings/{template}.html", {"tabs": tabs, **told}, status=status)
