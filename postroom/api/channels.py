"""Channels: connected accounts; connecting them, looking after them, letting them go."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema

from postroom.api.answers import Page, Paged, WhyIn, as_json, one, page, page_of, shaped
from postroom.api.keys import Called
from postroom.api.mirrors import mirrors
from postroom.api.shapes import In
from postroom.api.versions import expected_version
from postroom.channels import checking, connecting, disconnecting, editing, living, pausing, queries
from postroom.channels.queries import ChannelRow, TransitionRow
from postroom.publishing.waiting import waiting_on_channel

router = Router(tags=["channels"])


@mirrors(ChannelRow, without={"last_error_at"})
class ChannelOut(Schema):
    """A channel. Nothing that opens it is ever shown."""


class ChannelFilters(Paged):
    """Which channels; `gone`: those that were disconnected as well."""

    brand_id: UUID | None = None
    network: str | None = None
    status: str | None = None
    gone: bool = False


class ChannelChanges(In):
    """What people note on a channel; what is left out stays."""

    city: str | None = None
    campus: str | None = None
    niche_label: str | None = None
    tags: list[str] | None = None
    needs_review: bool | None = None


class ConnectIn(In):
    """What to connect, by which way (see GET /networks), with what the way asks for."""

    network: str
    way: str
    brand_id: UUID
    fields: dict[str, str] = {}


class ReconnectIn(In):
    """By which way to connect the same account again."""

    way: str
    fields: dict[str, str] = {}


class BegunOut(Schema):
    """A connection under way: send the owner to `url`; they are sent back to Postroom until `expires_at`."""

    id: UUID
    url: str
    expires_at: datetime


class FinishIn(In):
    """The query of the address the owner was sent back to."""

    params: dict[str, str]


class LifecycleIn(WhyIn):
    """Where to move a channel along its way of life."""

    to: str
    context: dict[str, Any] = {}


class GoneOut(Schema):
    """A channel let go: whether the network was told, what its owner can do if not, and how many publications wait."""

    channel: ChannelOut
    revoked_there: bool
    note: str
    waiting_publications: int


@mirrors(TransitionRow)
class StepOut(Schema):
    """One step in a channel's life."""


@router.get("", response=Page[ChannelOut])
def list_channels(request: Called, filters: Query[ChannelFilters]) -> HttpResponse:
    """List the channels this key sees, in the order they were made."""
    return page(request, filters, ChannelOut, lambda **wanted: queries.channels(request.actor, **wanted))


@router.post("/connect", response={201: ChannelOut})
def connect(request: Called, payload: ConnectIn) -> HttpResponse:
    """Connect by a way without a redirect, such as an app password, which isn't kept."""
    channel = connecting.connect_directly(actor=request.actor, now=timezone.now(), **payload.model_dump())
    return _shown(request, channel.id, 201)


@router.post("/connections", response={201: BegunOut})
def begin_connection(request: Called, payload: ConnectIn) -> HttpResponse:
    """Begin a connection through the network's own pages."""
    return _begin(request, **payload.model_dump())


@router.post("/connections/finish", response={201: ChannelOut})
def finish_connection(request: Called, payload: FinishIn) -> HttpResponse:
    """Finish a connection by hand, where the owner's browser can't reach Postroom's return address."""
    channel = connecting.finish_connection(actor=request.actor, params=payload.params, now=timezone.now())
    return _shown(request, channel.id, 201)


@router.get("/{uuid:channel_id}", response=ChannelOut)
def show_channel(request: Called, channel_id: UUID) -> HttpResponse:
    """Give one channel, also a disconnected one."""
    return _shown(request, channel_id)


@router.patch("/{uuid:channel_id}", response=ChannelOut)
def edit_channel(request: Called, channel_id: UUID, payload: ChannelChanges) -> HttpResponse:
    """Change labels and tags. Send the ETag you have read as If-Match."""
    editing.edit_channel(
        actor=request.actor,
        channel_id=channel_id,
        changes=payload.model_dump(exclude_unset=True),
        version=expected_version(request),
        now=timezone.now(),
    )
    return _shown(request, channel_id)


@router.post("/{uuid:channel_id}/reconnect", response={200: ChannelOut, 201: BegunOut})
def reconnect_channel(request: Called, channel_id: UUID, payload: ReconnectIn) -> HttpResponse:
    """Connect the same account again: at once, or (201) through the address in the answer."""
    network = queries.one_channel(request.actor, channel_id).network
    given = {"network": network, "channel_id": channel_id, **payload.model_dump()}
    if any(way.redirects for way in queries.ways_to_connect(network) if way.name == payload.way):
        return _begin(request, **given)
    connecting.connect_directly(actor=request.actor, now=timezone.now(), **given)
    return _shown(request, channel_id)


@router.post("/{uuid:channel_id}/disconnect", response=GoneOut)
def disconnect_channel(request: Called, channel_id: UUID, payload: WhyIn) -> HttpResponse:
    """Let an account go: its key is given back and destroyed. What is scheduled on it waits for a reconnection."""
    gone = disconnecting.disconnect_channel(
        actor=request.actor, channel_id=channel_id, why=payload.why, now=timezone.now()
    )
    body = {
        "channel": shaped(ChannelOut, queries.one_channel(request.actor, channel_id)),
        "revoked_there": gone.revoked_there,
        "note": gone.note,
        "waiting_publications": waiting_on_channel(request.actor, channel_id),
    }
    return as_json(body)


@router.post("/{uuid:channel_id}/pause", response=ChannelOut)
def pause_channel(request: Called, channel_id: UUID, payload: WhyIn) -> HttpResponse:
    """Hold a channel until it is resumed."""
    pausing.pause_channel(actor=request.actor, channel_id=channel_id, why=payload.why, now=timezone.now())
    return _shown(request, channel_id)


@router.post("/{uuid:channel_id}/resume", response=ChannelOut)
def resume_channel(request: Called, channel_id: UUID, payload: WhyIn) -> HttpResponse:
    """Let a channel go on."""
    pausing.resume_channel(actor=request.actor, channel_id=channel_id, why=payload.why, now=timezone.now())
    return _shown(request, channel_id)


@router.post("/{uuid:channel_id}/check", response=ChannelOut)
def check_channel(request: Called, channel_id: UUID) -> HttpResponse:
    """Ask the network who it is; health, limits and counts follow. Trouble is noted on the channel."""
    checking.check_channel(actor=request.actor, channel_id=channel_id, now=timezone.now())
    return _shown(request, channel_id)


@router.post("/{uuid:channel_id}/lifecycle", response=ChannelOut)
def change_lifecycle(request: Called, channel_id: UUID, payload: LifecycleIn) -> HttpResponse:
    """Move a channel along its way of life."""
    living.change_lifecycle(actor=request.actor, channel_id=channel_id, now=timezone.now(), **payload.model_dump())
    return _shown(request, channel_id)


@router.get("/{uuid:channel_id}/history", response=Page[StepOut])
def channel_history(request: Called, channel_id: UUID, filters: Query[Paged]) -> HttpResponse:
    """List the steps of a channel's life, newest first."""
    rows = queries.transitions(request.actor, channel_id, limit=1000)
    places = {id(row): UUID(int=at) for at, row in enumerate(reversed(rows), 1)}
    return page_of(request, filters, StepOut, rows, lambda row: places[id(row)])


def _begin(request: Called, **wanted: Any) -> HttpResponse:
    begun = connecting.begin_connection(
        actor=request.actor, redirect_uri=f"{settings.PUBLIC_URL}/channels/return", now=timezone.now(), **wanted
    )
    return as_json({"id": begun.id, "url": begun.authorize_url, "expires_at": begun.expires_at}, 201)


def _shown(request: Called, channel_id: UUID, status: int = 200) -> HttpResponse:
    row = queries.one_channel(request.actor, channel_id)
    location = f"/channels/{channel_id}" if status != 200 else ""
    return one(ChannelOut, row, status=status, location=location, version=row.version)
