"""What still waits to go out: on a channel that is to be let go, or with a file that is to be removed."""

from uuid import UUID

from django.db.models import Q

from postroom.posts.models import PostMedia
from postroom.publishing.models import Publication
from postroom.publishing.states import PublicationStatus
from postroom.workspaces.actors import Actor, seeing
from postroom.workspaces.permissions import Permission

WAITING = (PublicationStatus.SCHEDULED, PublicationStatus.CLAIMED, PublicationStatus.SENDING, PublicationStatus.UNKNOWN)


def waiting_on_channel(actor: Actor, channel_id: UUID) -> int:
    """How many publications of a channel wait for their time, or are under way."""
    actor.demand(Permission.POSTS_READ)
    with seeing(actor):
        return Publication.objects.filter(channel_id=channel_id, status__in=WAITING).count()


def posts_that_need(actor: Actor, asset_id: UUID) -> list[str]:
    """Name the posts that wait to go out with this file."""
    actor.demand(Permission.LIBRARY_READ)
    with seeing(actor):
        of_posts = PostMedia.objects.filter(asset_id=asset_id).values("post_id")
        own = Q(media__contains=[{"asset_id": str(asset_id)}])
        found = (
            Publication.objects.filter(own | Q(media__isnull=True, post_id__in=of_posts), status__in=WAITING)
            .order_by("post_id")
            .distinct("post_id")
            .values_list("post__title", "post__text")
        )
        return [f"“{(title or text).strip()[:40]}”" for title, text in found]
