"""Our registration at a network or one of its servers: entered by an admin, or made on the way to a connection."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from postroom.channels.credentials import app_as_json, app_from_json
from postroom.channels.lines import ask, network_named, one_line
from postroom.channels.models import NetworkApp
from postroom.channels.sealing import app_place, open_json, seal_json
from postroom.events.recording import record
from postroom.networks.shape import App, Begin, Network, Way
from postroom.workspaces import values
from postroom.workspaces.actors import Actor, acting, seeing
from postroom.workspaces.errors import BadInput, Conflict, NotFound
from postroom.workspaces.permissions import Permission


class AppMissing(Conflict):
    """The network wants a registered app, and nobody has entered one yet."""

    code = "app_missing"


@dataclass(frozen=True, slots=True)
class _Kept:
    app: App
    redirect_uri: str
    """Where the network was told to send owners back, when we registered by ourselves; "" = an admin did."""


def set_network_app(
    *,
    actor: Actor,
    network: str,
    client_id: str,
    client_secret: str,
    now: datetime,
    server: str = "",
    extra: Mapping[str, str] | None = None,
) -> NetworkApp:
    """Enter the app's credentials that a network's developer pages gave. BadInput, NotAllowed."""
    del now
    actor.demand(Permission.CHANNELS_CONNECT)
    known = network_named(network)
    public = values.text(500, least=1)("client_id", client_id)
    if len(client_secret) > 4000:
        raise BadInput("client_secret", "…", "text of up to 4000 characters")
    secret = client_secret.strip()
    app = App(public, secret, values.flat(20)("extra", extra or {}))
    with acting(actor):
        return _store(actor, known, values.web_address("server", server).rstrip("/"), _Kept(app, ""))


def remove_network_app(*, actor: Actor, app_id: UUID, now: datetime) -> None:
    """Forget a registration: connecting anew then needs another one. Channels that are connected may stop. NotFound."""
    del now
    actor.demand(Permission.CHANNELS_CONNECT)
    with acting(actor):
        wanted = values.identifier("app_id", app_id)
        found = NetworkApp.objects.select_for_update().filter(workspace_id=actor.workspace_id, id=wanted).first()
        if found is None:
            raise NotFound("network app", app_id)
        record("network_app.removed", found, workspace_id=actor.workspace_id, context={"network": found.network})
        found.delete()


def known_app(actor: Actor, network: Network, server: str) -> App | None:
    """Our registration at that server, or else the one for the whole network."""
    kept = _kept(actor, network, server)
    return kept.app if kept else None


def app_for(actor: Actor, network: Network, way: Way, server: str, start: Begin) -> App | None:
    """Our registration for a connection; where the way can register by itself and nobody has, it does so.

    One that we made for another return address is made anew. Raises AppMissing, NetworkTrouble; asks the network.
    """
    kept = _kept(actor, network, server)
    if kept is not None and kept.redirect_uri in {"", start.redirect_uri}:
        return kept.app
    if way.register is not None:
        app = ask(_register, network, way, server, start)
        with acting(actor):
            _store(actor, network, server, _Kept(app, start.redirect_uri))
        return app
    if way.needs_app:
        raise AppMissing(f"{network.label} wants a registered app; enter its id and secret first.")
    return None


async def _register(network: Network, way: Way, server: str, start: Begin) -> App:
    assert way.register is not None  # noqa: S101 - asked by app_for, for mypy
    async with one_line(network, server=server) as line:
        return await way.register(line, start)


def _kept(actor: Actor, network: Network, server: str) -> _Kept | None:
    with seeing(actor):
        there = NetworkApp.objects.filter(workspace_id=actor.workspace_id, network=network.name)
        row = there.filter(server__in={server, ""}).order_by("-server").first()
    if row is None:
        return None
    place = app_place(actor.workspace_id, network.name, row.server)
    opened = open_json(row.key_id, bytes(row.sealed), bound_to=place)
    return _Kept(app_from_json(row.client_id, opened), str(opened["redirect_uri"]))


def _store(actor: Actor, network: Network, server: str, kept: _Kept) -> NetworkApp:
    place = app_place(actor.workspace_id, network.name, server)
    sealed = seal_json(app_as_json(kept.app, redirect_uri=kept.redirect_uri), bound_to=place)
    row, made = NetworkApp.objects.update_or_create(
        workspace_id=actor.workspace_id,
        network=network.name,
        server=server,
        defaults={"client_id": kept.app.client_id, "key_id": sealed.key_id, "sealed": sealed.content},
    )
    what = "network_app.added" if made else "network_app.changed"
    record(what, row, workspace_id=actor.workspace_id, context={"network": network.name, "server": server})
    return row
