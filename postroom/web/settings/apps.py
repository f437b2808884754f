"""Our registrations at networks: what to create where, and the credentials that come of it, shown to nobody again."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from postroom.channels.queries import AppRow, network_apps
from postroom.channels.registering import remove_network_app, set_network_app
from postroom.networks import registry
from postroom.networks.shape import Network
from postroom.web.frame.seats import Seated
from postroom.web.settings.forms import refuse
from postroom.web.settings.tabs import given
from postroom.workspaces.errors import Refusal


class AppForm(forms.Form):
    """What a network's developer pages gave."""

    server = forms.URLField(
        label=_("Server"),
        required=False,
        max_length=300,
        assume_scheme="https",
        help_text=_("Such as https://example.social. Empty: for every server that has none of its own."),
    )
    client_id = forms.CharField(
        label=_("Client id"),
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    client_secret = forms.CharField(
        label=_("Client secret"),
        max_length=4000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Stored encrypted. It is never shown again; enter it anew to change it."),
    )

    def __init__(self, *args: Any, network: Network, **more: Any) -> None:
        """Ask for a server only where the network has several."""
        super().__init__(*args, **{**more, "prefix": network.name})
        if network.connecting.server_of is None:
            del self.fields["server"]


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: Seated) -> HttpResponse:
    """Show each network that takes an app, and what is stored; store one."""
    stored = network_apps(request.actor)  # refuses whoever may not
    wanted = request.POST.get("network") if request.method == "POST" else None
    forms_of = {
        one.name: AppForm(request.POST if one.name == wanted else None, network=one)
        for one in registry.every()
        if _takes_app(one)
    }
    form = forms_of.get(wanted or "")
    if form is not None and form.is_valid() and _stored(request, str(wanted), form):
        messages.success(
            request, gettext("The app of %(network)s is stored.") % {"network": registry.get(str(wanted)).label}
        )
        return redirect("settings-apps", request.seat.workspace.slug)
    told = {
        "networks": [_told(registry.get(name), stored, form) for name, form in forms_of.items()],
        "others": [one.label for one in registry.every() if one.name not in forms_of and not one.is_sandbox],
        "redirect_uri": f"{settings.PUBLIC_URL}/channels/return",
        "public_url": settings.PUBLIC_URL,
    }
    return given(request, "apps", "settings-apps", told, wrong=any(form.errors for form in forms_of.values()))


@require_POST
def remove(request: Seated, app_id: UUID) -> HttpResponse:
    """Forget a registration."""
    remove_network_app(actor=request.actor, app_id=app_id, now=timezone.now())
    messages.success(request, gettext("The app was removed. Channels connected through it may need another one."))
    return redirect("settings-apps", request.seat.workspace.slug)


def _takes_app(network: Network) -> bool:
    """Whether an admin can enter an app: some way of connecting stands on one."""
    return any(way.needs_app for way in network.connecting.ways)


def _told(network: Network, stored: list[AppRow], form: AppForm) -> dict[str, Any]:
    ways = [way for way in network.connecting.ways if way.needs_app]
    return {
        "name": network.name,
        "label": network.label,
        "form": form,
        "scopes": list(dict.fromkeys(scope for way in ways for scope in way.scopes)),
        "explains": [way.explains for way in ways],
        "is_needed": any(way.register is None for way in ways),
        "has_servers": network.connecting.server_of is not None,
        "stored": [row for row in stored if row.network == network.name],
    }


def _stored(request: Seated, network: str, form: AppForm) -> bool:
    said = form.cleaned_data
    try:
        set_network_app(
            actor=request.actor,
            network=network,
            client_id=said["client_id"],
            client_secret=said["client_secret"],
            server=said.get("server", ""),
            now=timezone.now(),
        )
    except Refusal as refusal:
        refuse(form, refusal)
        return False
    return True
