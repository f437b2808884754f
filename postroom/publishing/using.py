"""Where a stored file stands in posts: for whoever looks at the file, and before it is removed."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from postroom.posts.models import Post, PostMedia
from postroom.publishing.models import Publication
from postroom.publishing.waiting import WAITING
from postroom.workspaces.actors import Actor, seeing
from postroom.workspaces.permissions import Permission


@dataclass(frozen=True, slots=True)
class Use:
    """A post with the file. `is_waiting`: it has yet to go out somewhere, so that the file can't be removed."""

    post_id: UUID
    name: str
    status: str
    is_waiting: bool


def posts_with(actor: Actor, asset_id: UUID, *, limit: int = 50) -> list[Use]:
    """The posts this actor sees that have this file, on their own or on one channel alone; the newest first."""
    actor.demand(Permission.LIBRARY_READ)
    actor.demand(Permission.POSTS_READ)
    seen = Q(workspace_id=actor.workspace_id)
    if actor.brand_ids is not None:
        seen &= Q(brand_id__in=actor.brand_ids)
    of_posts = PostMedia.objects.filter(asset_id=asset_id)
    own = Q(media__contains=[{"asset_id": str(asset_id)}])
    waiting = Publication.objects.filter(post_id=OuterRef("pk"), status__in=WAITING)
    with seeing(actor):
        found = (
            Post.objects.filter(seen)
            .filter(Q(id__in=of_posts.values("post_id")) | Q(id__in=Publication.objects.filter(own).values("post_id")))
            .annotate(
                of_post=Exists(of_posts.filter(post_id=OuterRef("pk"))),
                waits_with_own=Exists(waiting.filter(own)),
                waits_with_posts=Exists(waiting.filter(media__isnull=True)),
            )
            .order_by("-id")
            .values_list("id", "title", "text", "status", "of_post", "waits_with_own", "waits_with_posts")
        )
        return [
            Use(id_, _named(title, text), status, own_waits or (of_post and posts_wait))
            for id_, title, text, status, of_post, own_waits, posts_wait in found[:limit]
        ]


def _named(title: str, text: str) -> str:
    said = " ".join((title or text).split())
    return said if len(said) <= 80 else f"{said[:79]}…"
