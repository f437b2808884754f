"""Connecting and reconnecting: which network, which way, what it asks for; then to the network's pages, or at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from postroom.brands.queries import brands
from postroom.channels.connecting import begin_connection, connect_directly
from postroom.channels.lines import NetworkTrouble
from postroom.channels.queries import ChannelRow, WayRow, network_apps, one_channel, ways_to_connect
from postroom.networks import registry
from postroom.networks.shape import Ask, Network
from postroom.publishing.waiting import waiting_on_channel
from postroom.web.frame.seats import Seated
from postroom.workspaces.errors import BadInput, NotAllowed, NotFound, Refusal
from postroom.workspaces.permissions import Permission

WRONG: Final = 422


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form, with what was typed. A secret's value never comes back here."""

    ask: Ask
    value: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was sent, and what was wrong with it: `errors` by field, `why` about the whole."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    errors: Mapping[str, str] = field(default_factory=dict)
    why: str = ""


@require_safe
def choose(request: Seated) -> HttpResponse:
    """Show every network with what it will ask and why."""
    _may_connect(request)
    ways = ways_to_connect()
    shown = [
        {"network": network, "ways": [way for way in ways if way.network == network.name]}
        for network in sorted(registry.every(), key=lambda one: (one.is_sandbox, one.label))
    ]
    brand = request.GET.get("brand", "")
    return render(request, "channels/choose.html", {"shown": shown, "brand": brand, "brands": brands(request.actor)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def connect(request: Seated, network: str) -> HttpResponse:
    """Show what a network asks for, and begin."""
    _may_connect(request)
    return _form(request, _network(network), None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reconnect(request: Seated, channel_id: UUID) -> HttpResponse:
    """Connect the same account again."""
    row = one_channel(request.actor, channel_id)
    request.actor.demand(Permission.CHANNELS_CONNECT, row.brand_id)
    if row.deleted_at is not None:
        again = reverse("channels-connect-network", args=[request.seat.workspace.slug, row.network])
        return redirect(f"{again}?brand={row.brand_id}")
    return _form(request, _network(row.network), row)


def _form(request: Seated, network: Network, channel: ChannelRow | None) -> HttpResponse:
    ways = ways_to_connect(network.name)
    if request.method != "POST":
        return _page(request, channel, ways, _way(ways, request.GET.get("way", "")), Typed())
    way = _way(ways, request.POST.get("way", ""))
    values = {one.name: request.POST.get(one.name, "") for one in way.asks}
    try:
        return _go(request, way, channel, values)
    except BadInput as refusal:
        name = {"brand_id": "brand"}.get(refusal.field, refusal.field)
        words = _("This is needed.") if not refusal.found else _("This can't be taken: %s.") % refusal.allowed
        typed = Typed(values, {name: words}, "" if name in {*values, "brand"} else refusal.message)
    except NetworkTrouble as refusal:
        at = refusal.where if refusal.where in values else None
        typed = Typed(values, {at: refusal.message} if at else {}, refusal.message)
    except NotFound:
        typed = Typed(values, {"brand": _("Choose one of the brands.")})
    except NotAllowed:
        raise
    except Refusal as refusal:
        typed = Typed(values, {}, refusal.message)
    return _page(request, channel, ways, way, typed)


def _go(request: Seated, way: WayRow, channel: ChannelRow | None, values: Mapping[str, str]) -> HttpResponse:
    """Send the owner to the network, or connect at once. Raises what the verbs raise."""
    brand = None if channel else _brand_id(request)
    given = {
        "actor": request.actor, "network": way.network, "way": way.name, "brand_id": brand,
        "channel_id": channel.id if channel else None, "fields": values, "now": timezone.now(),
    }  # fmt: skip
    if way.redirects:
        back = f"{settings.PUBLIC_URL}/channels/return"
        begun = begin_connection(redirect_uri=back, **given)  # type: ignore[arg-type] # as named above
        return _leave(request, way, begun.authorize_url)
    made = connect_directly(**given)  # type: ignore[arg-type] # as named above
    told = {"name": made.username, "network": way.network_label}
    messages.success(request, _("%(name)s on %(network)s is connected.") % told)
    return _send(request, reverse("channels-one", args=[request.seat.workspace.slug, made.id]))


def _leave(request: Seated, way: WayRow, url: str) -> HttpResponse:
    """Send the browser to the network by a page of ours: a form's answer may redirect only to ourselves (CSP)."""
    if request.headers.get("HX-Request"):
        return _send(request, url)
    told = {"way": way, "url": url, "host": urlsplit(url).netloc}
    answer = render(request, "channels/leaving.html", told)
    answer["Referrer-Policy"] = "no-referrer"  # that is the network's to know, not where in Postroom it was begun
    return answer


def _send(request: Seated, url: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": url})
    return redirect(url)


def _page(request: Seated, channel: ChannelRow | None, ways: list[WayRow], way: WayRow, typed: Typed) -> HttpResponse:
    network = registry.get(way.network)
    there = [one for one in brands(request.actor) if request.actor.may(Permission.CHANNELS_CONNECT, one.id)]
    waits = waiting_on_channel(request.actor, channel.id) if channel else 0
    is_wrong = bool(typed.errors or typed.why)
    fields = [_field(one, way, channel, typed, is_wrong=is_wrong) for one in way.asks]
    told = {
        "network": network,
        "channel": channel,
        "waits": waits,
        "ways": ways,
        "way": way,
        "fields": fields,
        "has_optional": any(not one.ask.required for one in fields),
        "is_open": any(one.error or (one.value != one.ask.default and not one.ask.required) for one in fields),
        "errors": typed.errors,
        "why": typed.why,
        "app_missing": way.needs_app and not any(app.network == network.name for app in network_apps(request.actor)),
        "brands": there,
        "brand": request.POST.get("brand") or request.GET.get("brand", ""),
        "sandbox_is_off": network.is_sandbox and not settings.ENVIRONMENT.sandbox,
        "back": f"{settings.PUBLIC_URL}/channels/return",
    }
    # htmx puts only what is no error into the page.
    status = WRONG if is_wrong and not request.headers.get("HX-Request") else 200
    return render(request, "channels/connect.html", told, status=status)


def _field(one: Ask, way: WayRow, channel: ChannelRow | None, typed: Typed, *, is_wrong: bool) -> Field:
    """Fill a field: with what was typed, what we know of the channel, or its default; a secret with nothing."""
    value = one.default
    if one.name == "server":
        if way.is_sandbox and settings.ENVIRONMENT.sandbox:
            value = f"http://127.0.0.1:{settings.ENVIRONMENT.sandbox_port}"
        value = (channel.server if channel else "") or value
    elif channel and one.name in {"handle", "name"}:
        value = channel.username
    if is_wrong:
        value = typed.values.get(one.name, "")
    return Field(one, "" if one.secret else value, typed.errors.get(one.name, ""))


def _may_connect(request: Seated) -> None:
    request.actor.demand(Permission.CHANNELS_CONNECT)


def _network(name: str) -> Network:
    if name not in registry.names():
        msg = "no such network"
        raise Http404(msg)
    return registry.get(name)


def _way(ways: list[WayRow], name: str) -> WayRow:
    return next((way for way in ways if way.name == name), ways[0])


def _brand_id(request: Seated) -> UUID | None:
    text = request.POST.get("brand", "")
    try:
        return UUID(text)
    except ValueError:
        raise BadInput("brand_id", text, _("one of the brands")) from None
