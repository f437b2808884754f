"""What people may still do to a publication: opened under lock, moved by conditional UPDATE, refused when too late."""

from collections.abc import Iterable
from typing import Any, Self
from uuid import UUID

from django.db import connection

from postroom.publishing.models import Publication
from postroom.publishing.sql import load
from postroom.publishing.states import PublicationStatus, may_move
from postroom.workspaces.actors import Actor
from postroom.workspaces.errors import Conflict, NotFound
from postroom.workspaces.permissions import Permission

ROLL_UP = load("roll_up").decode()

_ANSWERS = {
    PublicationStatus.SENDING: "it is being sent right now; too late to change, move or cancel it",
    PublicationStatus.UNKNOWN: "it may be public already; settle that first",
    PublicationStatus.PUBLISHED: "it is public already",
}


class TooLate(Conflict):
    """Sending has begun, or it has ended: the answer says which."""

    code = "too_late"

    @classmethod
    def of(cls, publication: Publication) -> Self:
        """Say why for a publication as it stands."""
        status = PublicationStatus(publication.status)
        default = f"it is {status.label.lower()}" if publication.worker is None else _ANSWERS[PublicationStatus.SENDING]
        return cls(f"publication {publication.id}: {_ANSWERS.get(status, default)}")


def open_publication(actor: Actor, publication_id: UUID, permission: Permission) -> Publication:
    """Take a publication for a change: locked, of this workspace and the actor's brands. Call inside `acting`."""
    publication = (
        Publication.objects.select_for_update(of=("self",))
        .select_related("post", "channel")
        .filter(id=publication_id, post__deleted_at__isnull=True)
        .first()
    )
    if publication is None or not actor.sees_brand(publication.post.brand_id):
        raise NotFound("publication", publication_id)
    actor.demand(permission, publication.post.brand_id)
    return publication


def move(publication: Publication, to: PublicationStatus, **columns: Any) -> None:
    """Change the state of a publication by a person's wish, if no worker was faster. Errors: TooLate.

    Other columns are set with it; the version counts up, so that a worker which has read the old row can't begin it.
    """
    before = publication.status
    if not may_move(before, to) and before != to:
        raise TooLate.of(publication)
    won = Publication.objects.filter(
        id=publication.id, status=before, version=publication.version, worker__isnull=True
    ).update(status=to, version=publication.version + 1, **columns)
    if not won:
        publication.refresh_from_db()
        raise TooLate.of(publication)
    for name, value in (columns | {"status": to, "version": publication.version + 1}).items():
        setattr(publication, name, value)


def roll_up(post_ids: Iterable[UUID]) -> None:
    """Let posts stand where their publications stand."""
    with connection.cursor() as cursor:
        cursor.execute(ROLL_UP, {"posts": list(post_ids)})
