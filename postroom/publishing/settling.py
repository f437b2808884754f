"""After trouble: try a failed publication again, or settle one whose outcome nobody could find out."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from postroom.channels.models import Channel
from postroom.events.recording import record, resolve_events
from postroom.publishing.changing import TooLate, move, open_publication, roll_up
from postroom.publishing.fitting import check_fit, refuse_blocking
from postroom.publishing.models import Publication
from postroom.publishing.states import PublicationStatus
from postroom.workspaces.actors import Actor, acting
from postroom.workspaces.errors import BadInput
from postroom.workspaces.permissions import Permission

_S = PublicationStatus


AGAIN = frozenset({_S.FAILED, _S.MISSED, _S.CANCELLED, _S.SCHEDULED})
"""From these a publication can be sent again, whole."""


def retry_publication(*, actor: Actor, publication_id: UUID, now: datetime) -> Publication:
    """Send a failed, missed or cancelled publication as soon as possible. Errors: TooLate, DoesNotFit.

    Of a public one whose thread broke off, the missing items are sent: it goes on where it stopped.
    """
    with acting(actor):
        publication = open_publication(actor, publication_id, Permission.POSTS_SCHEDULE)
        broke_off = publication.status == _S.PUBLISHED and bool(publication.error_class and _is_incomplete(publication))
        if publication.status not in AGAIN and not broke_off:
            raise TooLate.of(publication)
        refuse_blocking(check_fit(publication.post, [publication]), [publication])
        fresh: dict[str, Any] = {
            "not_before": now,
            "deadline": None,
            "reason": "",
            "error_class": "",
            "error_where": "",
        }
        if broke_off:
            move(publication, _S.PUBLISHED, **fresh)
        else:
            move(publication, _S.SCHEDULED, scheduled_for=now, **fresh)
        roll_up([publication.post_id])
        record("publication.retried", publication, workspace_id=actor.workspace_id)
        _resolve(actor, publication, now)
        return publication


def _is_incomplete(publication: Publication) -> bool:
    """Whether some of its parts are public and others are not."""
    state = publication.checkpoint
    return 0 < len(state.get("receipts", ())) < len(state.get("keys", ()))


def settle_publication(
    *, actor: Actor, publication_id: UUID, is_there: bool, now: datetime, url: str = "", send_again: bool = False
) -> Publication:
    """Say of an unknown publication whether it is public: with its address, or not (then failed, or sent again).

    The address must be one of the channel's own server or of its profile's, where these are known. Errors: BadInput,
    TooLate, NotFound.
    """
    if is_there and urlsplit(url).scheme not in {"https", "http"}:
        raise BadInput("url", url, "the post's address, starting with https://")
    if is_there and send_again:
        raise BadInput("send_again", send_again, "false for a post that is there")
    with acting(actor.because("settled by a person" if actor.user_id else actor.why)):
        publication = open_publication(actor, publication_id, Permission.POSTS_SETTLE)
        if publication.status != _S.UNKNOWN:
            raise TooLate.of(publication)
        if is_there:
            _demand_its_place(publication.channel, url)
            move(
                publication, _S.PUBLISHED, published_at=now, url=url, not_before=None, reason="", error_class="settled"
            )
        elif send_again:
            move(publication, _S.SCHEDULED, scheduled_for=now, not_before=now, deadline=None, checkpoint={}, reason="")
        else:
            move(
                publication,
                _S.FAILED,
                not_before=None,
                reason="it is not there, a person has looked",
                error_class="settled",
            )
        roll_up([publication.post_id])
        record("publication.settled", publication, workspace_id=actor.workspace_id, context={"is_there": is_there})
        _resolve(actor, publication, now)
        return publication


def _demand_its_place(channel: Channel, url: str) -> None:
    """Refuse an address that can't be of this channel: it lies on neither its server nor its profile's."""
    places = {_host(known) for known in (channel.server, channel.profile_url)} - {""}
    host = _host(url)
    if places and not any(host == place or host.endswith(f".{place}") for place in places):
        raise BadInput("url", url, f"an address on {' or '.join(sorted(places))}")


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _resolve(actor: Actor, publication: Publication, now: datetime) -> None:
    resolve_events(workspace_id=actor.workspace_id, now=now, by=actor.kind, by_id=actor.id, subject_id=publication.id)
