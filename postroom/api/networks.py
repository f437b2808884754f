"""Networks: what each can do, its limits and options, how accounts are connected; and our registrations there."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema

from postroom.api.answers import Page, Paged, created, nothing, one, page_of
from postroom.api.keys import Called
from postroom.api.mirrors import mirrors
from postroom.api.shapes import In
from postroom.channels import queries, registering
from postroom.channels.queries import AppRow, WayRow
from postroom.networks import registry
from postroom.networks.shape import Network

router = Router(tags=["networks"])
apps = Router(tags=["networks"])


class AskOut(Schema):
    """A field to fill in to connect."""

    name: str
    label: str
    help: str
    secret: bool
    required: bool
    default: str


class WayOut(Schema):
    """A way to connect: through the network's own pages (`redirects`), or by what is asked alone."""

    name: str
    label: str
    explains: str
    asks: list[AskOut]
    scopes: list[str]
    redirects: bool
    needs_app: bool


class LimitOut(Schema):
    """A row of the limits table: hard ones block, others warn."""

    what: str
    amount: Any
    unit: str
    hard: bool
    formats: list[str]
    note: str
    source: str


class OptionOut(Schema):
    """A choice of the network's own for a publication (`options` of a channel's variant)."""

    name: str
    label: str
    kind: str
    choices: list[tuple[str, str]]
    default: Any
    help: str
    max_length: int | None
    formats: list[str]


class NetworkOut(Schema):
    """A network."""

    name: str
    label: str
    formats: list[str]
    threads: bool
    is_sandbox: bool
    colour: str
    mark: str
    limits: list[LimitOut]
    options: list[OptionOut]
    ways: list[WayOut]


class AppIn(In):
    """The credentials a network's developer pages gave. `server`: "" = the whole network. Never shown back."""

    client_id: str
    client_secret: str
    server: str = ""
    extra: dict[str, str] = {}


@mirrors(AppRow)
class AppOut(Schema):
    """A registration, without its secret."""


@router.get("", response=Page[NetworkOut])
def list_networks(request: Called, filters: Query[Paged]) -> HttpResponse:
    """List every network: formats, limits, options, and the ways to connect with what each asks and why."""
    rows = [_told(network) for network in registry.every()]
    places = {row["name"]: UUID(int=at) for at, row in enumerate(rows, 1)}
    return page_of(request, filters, NetworkOut, rows, lambda row: places[row["name"]])


@router.get("/{network}", response=NetworkOut)
def show_network(request: Called, network: str) -> HttpResponse:
    """Give one network."""
    queries.ways_to_connect(network)  # says which there are
    return one(NetworkOut, _told(registry.get(network)))


@router.put("/{network}/app", response={201: AppOut})
def set_app(request: Called, network: str, payload: AppIn) -> HttpResponse:
    """Enter our registration at a network, or put another in its place."""
    made = registering.set_network_app(actor=request.actor, network=network, now=timezone.now(), **payload.model_dump())
    return created(AppOut, made, f"/network-apps/{made.id}")


@apps.get("", response=Page[AppOut])
def list_apps(request: Called, filters: Query[Paged]) -> HttpResponse:
    """List our registrations, without their secrets."""
    return page_of(request, filters, AppOut, queries.network_apps(request.actor))


@apps.delete("/{uuid:app_id}", response={204: None})
def remove_app(request: Called, app_id: UUID) -> HttpResponse:
    """Forget a registration; channels that were connected by it may stop."""
    registering.remove_network_app(actor=request.actor, app_id=app_id, now=timezone.now())
    return nothing()


def _told(network: Network) -> dict[str, object]:
    ways: list[WayRow] = queries.ways_to_connect(network.name)
    return {
        "name": network.name,
        "label": network.label,
        "formats": sorted(network.formats),
        "threads": network.threads,
        "is_sandbox": network.is_sandbox,
        "colour": network.colour,
        "mark": network.mark,
        "limits": network.limits,
        "options": network.options,
        "ways": ways,
    }
