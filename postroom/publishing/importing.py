"""Take over what is public already: posts that went out before Postroom, or beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from postroom.channels.models import Channel
from postroom.database.adding import add_rows
from postroom.events.recording import record
from postroom.posts.content import Writing
from postroom.posts.models import Post
from postroom.posts.writing import create_post
from postroom.publishing.changing import roll_up
from postroom.publishing.models import Publication
from postroom.publishing.states import PublicationStatus
from postroom.workspaces.actors import Actor, acting
from postroom.workspaces.errors import BadInput, Conflict, NotFound
from postroom.workspaces.permissions import Permission

ID_MAX = 500


class KnownAlready(Conflict):
    """Postroom knows this post of the channel: it was sent by us, or taken over before."""

    code = "known_already"


@dataclass(frozen=True, slots=True)
class There:
    """Where a post stands: its channel, its id at the network, its address."""

    channel_id: UUID
    network_post_id: str
    url: str = ""


def import_post(
    *, actor: Actor, brand_id: UUID, writing: Writing, there: Sequence[There], published_at: datetime, now: datetime
) -> Post:
    """Take over one post with the places where it is public; nothing is sent.

    `published_at`: a moment that has passed. Errors: BadInput, NotFound, NotAllowed, KnownAlready.
    """
    actor.demand(Permission.POSTS_SCHEDULE, brand_id)
    _check(there, published_at, now)
    with acting(actor):
        post = create_post(actor=actor, brand_id=brand_id, writing=writing, now=now)
        channels = Channel.objects.filter(brand_id=brand_id, deleted_at__isnull=True).in_bulk(
            [one.channel_id for one in there]
        )
        for one in there:
            if one.channel_id not in channels:
                raise NotFound("channel", one.channel_id)
            known = Publication.objects.filter(channel_id=one.channel_id, network_post_id=one.network_post_id)
            if known.exists():
                message = f"post {one.network_post_id} of channel {one.channel_id} is here already"
                raise KnownAlready(message)
        add_rows(
            [
                Publication(
                    workspace_id=actor.workspace_id,
                    post=post,
                    channel_id=one.channel_id,
                    status=PublicationStatus.PUBLISHED,
                    scheduled_for=published_at,
                    published_at=published_at,
                    network_post_id=one.network_post_id,
                    url=one.url,
                )
                for one in there
            ]
        )
        roll_up([post.id])
        record("post.imported", post, workspace_id=actor.workspace_id, context={"publications": len(there)})
        post.refresh_from_db()
        return post


def _check(there: Sequence[There], published_at: datetime, now: datetime) -> None:
    if published_at.tzinfo is None or published_at > now:
        raise BadInput("published_at", published_at.isoformat(), "a moment that has passed, with its time zone")
    channels = [one.channel_id for one in there]
    if not channels or len(set(channels)) < len(channels):
        raise BadInput("there", [str(one) for one in channels], "at least one channel, and each once")
    for one in there:
        if not 0 < len(one.network_post_id) <= ID_MAX:
            raise BadInput("network_post_id", one.network_post_id, f"1 to {ID_MAX} characters")
        if one.url and urlsplit(one.url).scheme not in {"https", "http"}:
            raise BadInput("url", one.url, "the post's address, starting with https://")
