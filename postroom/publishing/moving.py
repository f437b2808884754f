"""Move a post to another time as the calendar does: all that waits of it goes along, at the same distances."""

from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Final
from uuid import UUID

from postroom.posts.writing import open_post
from postroom.publishing.changing import TooLate
from postroom.publishing.models import Publication
from postroom.publishing.scheduling import schedule_publications
from postroom.publishing.states import PublicationStatus
from postroom.publishing.timing import At
from postroom.workspaces.actors import Actor, acting
from postroom.workspaces.errors import BadInput
from postroom.workspaces.permissions import Permission

AGAIN: Final = frozenset({PublicationStatus.FAILED, PublicationStatus.MISSED})
"""Their moment has gone by; taken by it, they get another one."""
MOVABLE: Final = AGAIN | {PublicationStatus.SCHEDULED}


def move_post(*, actor: Actor, post_id: UUID, taken_at: datetime, to: datetime, now: datetime) -> list[Publication]:
    """Move what waits of a post by as much as lies between `taken_at`, a moment of it, and `to`; gives what moved.

    Taken by a moment at which nothing waits but something failed or was missed, that is scheduled anew, it alone.
    Errors: TooLate if nothing can be moved from there (any more), BadInput, DoesNotFit, NotFound, NotAllowed.
    """
    for name, moment in (("taken_at", taken_at), ("to", to)):
        if moment.tzinfo is None:
            raise BadInput(name, moment.isoformat(), "a moment with its time zone")
    with acting(actor):
        post = open_post(actor, post_id, Permission.POSTS_SCHEDULE)
        publications = list(post.publications.select_for_update().order_by("scheduled_for", "id"))
        taken = [one for one in publications if one.scheduled_for == taken_at]
        if any(one.status == PublicationStatus.SCHEDULED for one in taken):
            moved = [one for one in publications if one.status == PublicationStatus.SCHEDULED and one.scheduled_for]
        else:
            moved = [one for one in taken if one.status in AGAIN]
        if not moved:
            message = "this post was moved meanwhile; look where it stands now"
            raise TooLate.of(taken[0]) if taken else TooLate(message)
        for moment, some in groupby(moved, key=attrgetter("scheduled_for")):
            schedule_publications(actor, post, list(some), At(moment + (to - taken_at)), now)
        return moved
