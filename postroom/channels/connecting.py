"""Connecting an account, always by its owner's consent: through the network's own pages, or by what it offers instead.

A connection through the network's pages is two verbs: `begin_connection` gives the address to send the owner to,
`finish_connection` takes what came back with them.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection

from postroom.brands.models import Brand
from postroom.channels.arriving import arrive
from postroom.channels.lines import NetworkTrouble, ask, network_named, one_line
from postroom.channels.models import Channel, PendingConnection
from postroom.channels.opening import open_for_change
from postroom.channels.queries import REFUSED
from postroom.channels.registering import app_for, known_app
from postroom.channels.sealing import open_json, pending_place, seal_json
from postroom.events.models import ActorKind
from postroom.events.recording import record
from postroom.kit.ids import uuid7
from postroom.networks.shape import App, Begin, Connected, Network, Return, SendTo, Way
from postroom.networks.verdicts import Rejected, Stop
from postroom.workspaces import values
from postroom.workspaces.actors import Actor, acting
from postroom.workspaces.errors import BadInput, NotFound, Refusal
from postroom.workspaces.keys import actor_of_key_id
from postroom.workspaces.permissions import Permission
from postroom.workspaces.users import actor_of_user

VALID_FOR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Begun:
    """A connection under way: where to send the owner, and until when they may come back."""

    id: UUID
    authorize_url: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Target:
    """What is to be connected, as asked for."""

    network: str
    way: str
    brand_id: UUID | None
    channel_id: UUID | None


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be connected, checked."""

    network: Network
    way: Way
    fields: Mapping[str, str] = field(repr=False)
    server: str
    brand_id: UUID
    channel_id: UUID | None


def begin_connection(
    *,
    actor: Actor,
    network: str,
    way: str,
    redirect_uri: str,
    now: datetime,
    brand_id: UUID | None = None,
    channel_id: UUID | None = None,
    fields: Mapping[str, str] | None = None,
) -> Begun:
    """Begin a connection through the network's own pages; asks the network. The owner has an hour to come back.

    `channel_id`: an existing channel to reconnect, which must come back as the same account; else `brand_id`.
    `redirect_uri`: where the network sends the owner back. `fields`: what the way asks for.
    Raises BadInput, NotFound, NotAllowed, AppMissing, NetworkTrouble.
    """
    wanted = _wanted(actor, _Target(network, way, brand_id, channel_id), fields or {})
    if wanted.way.begin is None:
        raise BadInput("way", way, "a way through the network's own pages")
    back = values.web_address("redirect_uri", redirect_uri)
    state = secrets.token_urlsafe(32)
    start = Begin(wanted.fields, back, settings.PUBLIC_URL, state, now)
    app = app_for(actor, wanted.network, wanted.way, wanted.server, start)
    sent = ask(_begin, wanted, app, start)
    if not sent.url.startswith(("https://", "http://")):
        raise NetworkTrouble(Rejected("the network named an address that is not on the web"))
    pending_id = uuid7()
    kept = {"remember": dict(sent.remember)}
    sealed = seal_json(kept, bound_to=pending_place(actor.workspace_id, pending_id))
    with acting(actor):
        pending = PendingConnection.objects.create(
            id=pending_id,
            workspace_id=actor.workspace_id,
            brand_id=wanted.brand_id,
            channel_id=wanted.channel_id,
            network=wanted.network.name,
            way=wanted.way.name,
            server=wanted.server,
            state_hash=_hash(state),
            key_id=sealed.key_id,
            sealed=sealed.content,
            redirect_uri=back,
            user_id=actor.user_id,
            api_key_id=actor.api_key_id,
            expires_at=now + VALID_FOR,
        )
    return Begun(pending.id, sent.url, pending.expires_at)


def finish_connection(*, actor: Actor, params: Mapping[str, str], now: datetime) -> Channel:
    """Finish a connection with the query of the redirect; asks the network. It works once, for who began it.

    Raises NotFound (unknown, used, late, or begun by somebody else), NotAllowed, NetworkTrouble (the owner said no,
    too), DifferentAccount, ConnectedElsewhere. The history keeps why, for whoever waits elsewhere.
    """
    pending = _take(actor, params.get("state", ""), now)
    try:
        return _finished(actor, pending, params, now)
    except Refusal as refusal:
        with acting(actor):
            record(REFUSED, pending, workspace_id=pending.workspace_id, why=refusal.message[:500])
        raise


def _finished(actor: Actor, pending: PendingConnection, params: Mapping[str, str], now: datetime) -> Channel:
    network = network_named(pending.network)
    way = network.way(pending.way)
    if way is None or way.finish is None:
        raise NotFound("connection")
    place = pending_place(pending.workspace_id, pending.id)
    remembered = open_json(pending.key_id, bytes(pending.sealed), bound_to=place)["remember"]
    app = known_app(actor, network, pending.server)
    back = Return(dict(params), remembered, pending.redirect_uri, settings.PUBLIC_URL, now)  # type: ignore[arg-type] # as begin stored it
    connected = ask(_finish, network, way, pending.server, app, back)
    with acting(actor):
        return arrive(actor, network, connected, brand_id=pending.brand_id, expected=pending.channel_id, now=now)


def connect_directly(
    *,
    actor: Actor,
    network: str,
    way: str,
    now: datetime,
    brand_id: UUID | None = None,
    channel_id: UUID | None = None,
    fields: Mapping[str, str] | None = None,
) -> Channel:
    """Connect by a way without a redirect, such as an app password; asks the network. What is secret isn't kept.

    Raises BadInput, NotFound, NotAllowed, AppMissing, NetworkTrouble, DifferentAccount, ConnectedElsewhere.
    """
    wanted = _wanted(actor, _Target(network, way, brand_id, channel_id), fields or {})
    if wanted.way.direct is None:
        raise BadInput("way", way, "a way without the network's own pages")
    start = Begin(wanted.fields, "", settings.PUBLIC_URL, "", now)
    app = app_for(actor, wanted.network, wanted.way, wanted.server, start)
    connected = ask(_direct, wanted, app, start)
    with acting(actor):
        return arrive(actor, wanted.network, connected, brand_id=wanted.brand_id, expected=wanted.channel_id, now=now)


def actor_who_began(state: str, *, now: datetime) -> Actor:
    """Who began the connection with this state: for the door the network sends owners back to. NotFound.

    The state is a secret of 256 bits that works once, so whoever brings it may finish what was begun.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT workspace_id, user_id, api_key_id FROM postroom_pending_connection(%s) WHERE expires_at > %s",
            [_hash(state), now],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotFound("connection")
    workspace_id, user_id, api_key_id = row
    if api_key_id is not None:
        return actor_of_key_id(api_key_id, workspace_id, now=now)
    if user_id is not None:
        return actor_of_user(user_id, workspace_id)
    return Actor.system(workspace_id, name="The command line", kind=ActorKind.SYSTEM)


def forget_late_connections(now: datetime) -> int:
    """Remove connections that can't be finished any more; answers how many. As the engine."""
    late = PendingConnection.objects.filter(expires_at__lte=now - VALID_FOR)
    return late.delete()[0]


def _wanted(actor: Actor, target: _Target, fields: Mapping[str, str]) -> _Wanted:
    """Check what is to be connected, and that the actor may: nothing is asked of the network yet."""
    known = network_named(target.network)
    by = known.way(target.way)
    if by is None:
        raise BadInput("way", target.way, f"one of {', '.join(one.name for one in known.connecting.ways)}")
    clean = _read_asks(by, fields)
    with acting(actor):
        if target.channel_id is not None:
            channel = open_for_change(actor, target.channel_id, Permission.CHANNELS_CONNECT)
            if channel.network != known.name:
                raise BadInput("network", target.network, f"{channel.network}, the network of this channel")
            of_brand = channel.brand_id
        else:
            of_brand = _brand(actor, target.brand_id)
    try:
        server = known.connecting.server_of(clean) if known.connecting.server_of else ""
    except Stop as stop:
        raise NetworkTrouble(stop.verdict) from None
    return _Wanted(known, by, clean, server, of_brand, target.channel_id)


def _brand(actor: Actor, brand_id: UUID | None) -> UUID:
    wanted = values.identifier("brand_id", brand_id)
    if not Brand.objects.filter(workspace_id=actor.workspace_id, id=wanted).exists() or not actor.sees_brand(wanted):
        raise NotFound("brand", brand_id)
    actor.demand(Permission.CHANNELS_CONNECT, wanted)
    return wanted


def _read_asks(way: Way, fields: Mapping[str, str]) -> dict[str, str]:
    """Read what the way asks for, with its defaults. A value that may be secret is never shown in an error."""
    asked = {one.name: one for one in way.asks}
    for name in fields:
        if name not in asked:
            raise BadInput(name, "…", f"one of {', '.join(asked) or 'no fields'}")
    clean = {}
    for name, one in asked.items():
        found = str(fields.get(name) or one.default)
        if len(found) > 2000:
            raise BadInput(name, "…", "text of up to 2000 characters")
        if one.required and not found.strip():
            raise BadInput(name, "", one.label)
        clean[name] = found if one.secret else found.strip()
    return clean


def _take(actor: Actor, state: str, now: datetime) -> PendingConnection:
    """Use up a connection under way: it is gone for everybody else, whatever comes of it."""
    with acting(actor):
        pending = (
            PendingConnection.objects.select_for_update()
            .filter(workspace_id=actor.workspace_id, state_hash=_hash(state), used_at=None, expires_at__gt=now)
            .first()
        )
        who = (actor.user_id, actor.api_key_id)
        if pending is None or (pending.user_id, pending.api_key_id) != who:
            raise NotFound("connection")
        pending.used_at = now
        pending.save(update_fields=["used_at"])
        actor.demand(Permission.CHANNELS_CONNECT, pending.brand_id)
        return pending


async def _begin(wanted: _Wanted, app: App | None, start: Begin) -> SendTo:
    assert wanted.way.begin is not None  # noqa: S101 - checked by the verb, for mypy
    async with one_line(wanted.network, server=wanted.server, app=app) as line:
        return await wanted.way.begin(line, start)


async def _direct(wanted: _Wanted, app: App | None, start: Begin) -> Connected:
    assert wanted.way.direct is not None  # noqa: S101 - checked by the verb, for mypy
    async with one_line(wanted.network, server=wanted.server, app=app) as line:
        return await wanted.way.direct(line, start)


async def _finish(network: Network, way: Way, server: str, app: App | None, back: Return) -> Connected:
    assert way.finish is not None  # noqa: S101 - checked by the verb, for mypy
    async with one_line(network, server=server, app=app) as line:
        return await way.finish(line, back)


def _hash(state: str) -> bytes:
    return hashlib.sha256(state.encode("utf-8", "surrogatepass")).digest()
