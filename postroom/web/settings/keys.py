"""API keys: made for a program, shown once, revoked."""

import zoneinfo
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from postroom.brands.queries import brands
from postroom.web.frame.seats import Seated
from postroom.web.settings.forms import ReachForm, refuse
from postroom.web.settings.tabs import given
from postroom.web.settings.words import PERMISSIONS, ROLES
from postroom.workspaces.errors import Refusal
from postroom.workspaces.keys import create_api_key, revoke_api_key
from postroom.workspaces.permissions import TABLE
from postroom.workspaces.queries import api_keys


class KeyForm(ReachForm):
    """What a new key may do, and how long."""

    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("What uses it, such as “CI” or “Reporting”."))
    scopes = forms.MultipleChoiceField(
        label=_("Only these permissions"), required=False, widget=forms.CheckboxSelectMultiple
    )
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("It works until this day ends, in the workspace’s time zone. Empty: until it is revoked."),
    )
    is_agent = forms.BooleanField(label=_("An assistant uses it, not a plain program"), required=False)
    field_order = ["name", "role", "reach", "brands", "scopes", "ends_on", "is_agent"]

    def __init__(self, *args: Any, **more: Any) -> None:
        """Offer the scopes that the maker's own role has."""
        super().__init__(*args, **more)
        mine = TABLE[more["actor"].role]
        self.fields["scopes"].choices = [(one.value, words) for one, words in PERMISSIONS.items() if one in mine]  # type: ignore[attr-defined] # a ChoiceField

    def expires_at(self, zone: str) -> datetime | None:
        """When the last day ends."""
        day = self.cleaned_data["ends_on"]
        return datetime.combine(day + timedelta(days=1), time(), zoneinfo.ZoneInfo(zone)) if day else None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: Seated) -> HttpResponse:
    """List the keys; make one and show it: now and never again, so there is no redirect."""
    found = api_keys(request.actor)  # refuses whoever may not
    form = KeyForm(request.POST if request.method == "POST" else None, actor=request.actor, initial={"role": "editor"})
    made = None
    if request.method == "POST" and form.is_valid():
        made = _made(request, form)
    if made is not None:
        found, form = api_keys(request.actor), KeyForm(actor=request.actor, initial={"role": "editor"})
    names = {one.id: one.name for one in brands(request.actor)}
    now = timezone.now()
    rows = [
        {
            "key": key,
            "role": ROLES[key.role][0],
            "scopes": [words for one, words in PERMISSIONS.items() if one.value in key.scopes],
            "brands": None if key.brand_ids is None else [names.get(UUID(one), "…") for one in key.brand_ids],
            "is_over": key.expires_at is not None and key.expires_at <= now,
        }
        for key in found
    ]
    told = {"rows": rows, "form": form, "made": made}
    return given(request, "keys", "settings-keys", told, wrong=bool(form.errors))


def _made(request: Seated, form: KeyForm) -> dict[str, str] | None:
    said = form.cleaned_data
    try:
        made = create_api_key(
            actor=request.actor,
            name=said["name"],
            role=said["role"],
            scopes=said["scopes"],
            brand_ids=form.brand_ids,
            expires_at=form.expires_at(request.seat.time_zone),
            is_agent=said["is_agent"],
            now=timezone.now(),
        )
    except Refusal as refusal:
        if getattr(refusal, "field", "") == "expires_at":
            form.add_error("ends_on", gettext("Choose today or a day to come."))
        else:
            refuse(form, refusal)
        return None
    return {"name": made.key.name, "raw": made.raw}


@require_POST
def revoke(request: Seated, key_id: UUID) -> HttpResponse:
    """End a key."""
    ended = revoke_api_key(actor=request.actor, key_id=key_id, now=timezone.now())
    messages.success(request, gettext("“%(name)s” was revoked and no longer works.") % {"name": ended.name})
    return redirect("settings-keys", request.seat.workspace.slug)
