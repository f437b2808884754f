"""Schedule, move and cancel: until sending begins, with a clear answer when it is too late."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from postroom.brands.models import Brand
from postroom.brands.queries import next_free_slot
from postroom.channels.models import Channel
from postroom.events.recording import record
from postroom.library.renditions import ask_for
from postroom.posts.models import Post
from postroom.posts.states import PostStatus
from postroom.posts.writing import open_post
from postroom.publishing.changing import TooLate, move, open_publication, roll_up
from postroom.publishing.fitting import Misfit, check_fit, refuse_blocking, wanted_files
from postroom.publishing.models import Publication
from postroom.publishing.states import OPEN, PublicationStatus
from postroom.publishing.timing import At, NextSlot, When, moment_of
from postroom.workspaces.actors import Actor, acting
from postroom.workspaces.errors import BadInput
from postroom.workspaces.permissions import Permission

_S = PublicationStatus
BEGINS = frozenset({_S.DRAFT, _S.SCHEDULED, _S.FAILED, _S.MISSED, _S.CANCELLED})
"""From these `schedule_post` (re)schedules; the others have gone too far and are left as they are."""


def schedule_post(*, actor: Actor, post_id: UUID, when: When, now: datetime) -> list[Publication]:
    """Schedule every publication of a post that has not gone out. Errors: DoesNotFit, BadInput, TooLate, NotFound."""
    with acting(actor):
        post = open_post(actor, post_id, Permission.POSTS_SCHEDULE)
        publications = list(post.publications.select_for_update().order_by("id"))
        return schedule_publications(actor, post, publications, when, now)


def schedule_publications(
    actor: Actor,
    post: Post,
    publications: Sequence[Publication],
    when: When,
    now: datetime,
    *,
    misfits: Sequence[Misfit] | None = None,
) -> list[Publication]:
    """Check and schedule these publications, inside the caller's transaction. `misfits`: if checked already."""
    actor.demand(Permission.POSTS_SCHEDULE, post.brand_id)
    ready = [one for one in publications if one.status in BEGINS]
    if not publications:
        raise BadInput("channels", [], "at least one channel to publish on")
    if not ready:
        raise TooLate.of(publications[0])
    refuse_blocking(check_fit(post, ready) if misfits is None else misfits, ready)
    brand = Brand.objects.get(id=post.brand_id)
    for one in ready:
        moment = _moment(actor, when, brand, one.channel_id, now)
        move(
            one,
            _S.SCHEDULED,
            scheduled_for=moment,
            not_before=moment,
            deadline=None,
            reason="",
            error_class="",
            error_where="",
        )
    ask_for(actor.workspace_id, wanted_files(post, ready))
    roll_up([post.id])
    post.refresh_from_db(fields=["status", "scheduled_at", "published_at"])
    record("post.scheduled", post, workspace_id=actor.workspace_id, context={"publications": len(ready)})
    return list(publications)


def reschedule_publication(*, actor: Actor, publication_id: UUID, when: When, now: datetime) -> Publication:
    """Give one publication another time. Errors: TooLate once it is sent, DoesNotFit, BadInput."""
    with acting(actor):
        publication = open_publication(actor, publication_id, Permission.POSTS_SCHEDULE)
        schedule_publications(actor, publication.post, [publication], when, now)
        return publication


def unschedule_post(*, actor: Actor, post_id: UUID, now: datetime) -> Post:
    """Take a scheduled post back to a draft: nothing of it may have begun."""
    del now
    with acting(actor):
        post = open_post(actor, post_id, Permission.POSTS_SCHEDULE)
        for one in post.publications.select_for_update().order_by("id"):
            if one.status != _S.DRAFT:
                move(one, _S.DRAFT, scheduled_for=None, not_before=None)
        won = Post.objects.filter(id=post.id, status=post.status).update(status=PostStatus.DRAFT, scheduled_at=None)
        if not won:
            message = "this post was changed at the same moment"
            raise TooLate(message)
        post.refresh_from_db()
        record("post.unscheduled", post, workspace_id=actor.workspace_id)
        return post


def cancel_post(*, actor: Actor, post_id: UUID, now: datetime) -> list[Publication]:
    """Cancel all of a post that has not gone out. TooLate if nothing is left to cancel."""
    with acting(actor):
        post = open_post(actor, post_id, Permission.POSTS_SCHEDULE)
        publications = list(post.publications.select_for_update().order_by("id"))
        left = [one for one in publications if one.status in {_S.DRAFT, _S.SCHEDULED, _S.CLAIMED, _S.FAILED, _S.MISSED}]
        if publications and not left:
            raise TooLate.of(next((one for one in publications if one.status in OPEN), publications[0]))
        for one in left:
            _cancel(one, now)
        if not publications:
            Post.objects.filter(id=post.id).update(status=PostStatus.CANCELLED)
        roll_up([post.id])
        record("post.cancelled", post, workspace_id=actor.workspace_id, context={"publications": len(left)})
        return publications


def cancel_publication(*, actor: Actor, publication_id: UUID, now: datetime) -> Publication:
    """Cancel one publication until sending begins. Errors: TooLate."""
    with acting(actor):
        publication = open_publication(actor, publication_id, Permission.POSTS_SCHEDULE)
        _cancel(publication, now)
        roll_up([publication.post_id])
        return publication


def _cancel(publication: Publication, now: datetime) -> None:
    del now  # the history keeps the moment
    if publication.status in {_S.UNKNOWN, _S.HANDED_OFF}:
        raise TooLate.of(publication)
    move(publication, _S.CANCELLED, not_before=None)


def _moment(actor: Actor, when: When, brand: Brand, channel_id: UUID, now: datetime) -> datetime:
    if isinstance(when, At):
        return moment_of(when, time_zone=brand.time_zone, now=now)
    if not isinstance(when, NextSlot):
        return now
    # The lock on the channel's row keeps two planners from taking the same slot.
    Channel.objects.select_for_update().get(id=channel_id)
    taken = Publication.objects.filter(channel_id=channel_id, scheduled_for__gte=now, status__in=OPEN)
    moments = {moment for moment in taken.values_list("scheduled_for", flat=True) if moment}
    found = next_free_slot(actor, brand.id, channel_id=channel_id, after=now, taken=moments)
    if found is None:
        raise BadInput("when", "next-slot", "a brand or channel with posting slots; this one has none")
    return found
