"""Write, change and remove posts: their text, items and media. Channels and times come above, in `publishing`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.text import slugify

from postroom.database.adding import add_rows
from postroom.database.asking import ask_one
from postroom.events.recording import record
from postroom.kit import text as words
from postroom.library.models import Asset
from postroom.posts.content import MediaOf, Writing, check_writing, type_of
from postroom.posts.models import Post, PostItem, PostMedia
from postroom.posts.states import EDITABLE, PostStatus
from postroom.workspaces.actors import Actor, acting
from postroom.workspaces.errors import Conflict, NotFound
from postroom.workspaces.permissions import Permission


class NotEditable(Conflict):
    """The post is being sent or is public; what it says can't be changed any more."""

    code = "not_editable"


def create_post(*, actor: Actor, brand_id: UUID, writing: Writing, now: datetime) -> Post:
    """Write a post as a draft. Errors: BadInput, NotFound (the brand), NotAllowed."""
    del now  # the database sets created_at; verbs take the time all the same
    actor.demand(Permission.POSTS_WRITE, brand_id)
    check_writing(writing)
    with acting(actor):
        if ask_one("SELECT 1 FROM brands_brand WHERE id = %(id)s", {"id": brand_id}) is None:
            raise NotFound("brand", brand_id)
        assets = _assets(_all_media(writing))
        post = Post(
            workspace_id=actor.workspace_id, brand_id=brand_id, author_id=actor.user_id, **_columns(writing, assets)
        )
        add_rows([post])
        _write_items(post, writing)
        record("post.created", post, workspace_id=actor.workspace_id)
        return post


def edit_post(*, actor: Actor, post_id: UUID, writing: Writing, now: datetime, version: int | None = None) -> Post:
    """Put new content in place of the old, whole. `version`: what the caller has read; an older one is a Conflict."""
    del now
    check_writing(writing)
    with acting(actor):
        post = open_post(actor, post_id, Permission.POSTS_WRITE)
        check_version(post, version)
        if PostStatus(post.status) not in EDITABLE:
            message = f"this post is {PostStatus(post.status).label.lower()}; its content can't be changed any more"
            raise NotEditable(message)
        assets = _assets(_all_media(writing))
        columns = _columns(writing, assets)
        changed = sorted(name for name, value in columns.items() if getattr(post, name) != value)
        for name, value in columns.items():
            setattr(post, name, value)
        post.version += 1
        post.save(update_fields=[*columns, "version"])
        post.items.all().delete()
        post.media.all().delete()
        _write_items(post, writing)
        record("post.edited", post, workspace_id=actor.workspace_id, context={"fields": changed})
        return post


def remove_post(*, actor: Actor, post_id: UUID, now: datetime) -> Post:
    """Put a post aside (it stays in the history). What is still scheduled of it must be cancelled first: see above."""
    with acting(actor):
        post = open_post(actor, post_id, Permission.POSTS_WRITE)
        if post.status in {PostStatus.SCHEDULED, PostStatus.PUBLISHING}:
            message = f"this post is {post.status}; cancel it before removing it"
            raise NotEditable(message)
        post.deleted_at = now
        post.version += 1
        post.save(update_fields=["deleted_at", "version"])
        record("post.removed", post, workspace_id=actor.workspace_id)
        return post


def open_post(actor: Actor, post_id: UUID, permission: Permission) -> Post:
    """Take a post for a change: locked, of this workspace and the actor's brands. Call inside `acting`."""
    post = Post.objects.select_for_update().filter(id=post_id, deleted_at__isnull=True).first()
    if post is None or not actor.sees_brand(post.brand_id):
        raise NotFound("post", post_id)
    actor.demand(permission, post.brand_id)
    return post


def check_version(row: Any, version: int | None) -> None:
    """Raise `Conflict` when the caller has read an older version of the row."""
    if version is not None and row.version != version:
        message = f"version: found {version}; it is {row.version} by now: read it again and repeat the change"
        raise Conflict(message)


def _all_media(writing: Writing) -> list[MediaOf]:
    return [*writing.media, *(media for item in writing.items for media in item.media)]


def _assets(media: Sequence[MediaOf]) -> dict[UUID, str]:
    """Give the types of the assets by id; one that isn't in this workspace is not found."""
    wanted = {one.asset_id for one in media}
    if not wanted:
        return {}
    found = dict(Asset.objects.filter(id__in=wanted, deleted_at__isnull=True).values_list("id", "type"))
    missing = wanted - set(found)
    if missing:
        raise NotFound("asset", min(missing))
    return found


def _columns(writing: Writing, assets: Mapping[UUID, str]) -> dict[str, Any]:
    return {
        "text": writing.text,
        "type": writing.type or type_of(writing, assets),
        "title": writing.title[:500],
        "slug": slugify(writing.title)[:80],
        "link": writing.link,
        "languages": list(writing.languages),
        "hashtags": words.hashtags(writing.text) if writing.hashtags is None else list(writing.hashtags),
        "mentions": words.mentions(writing.text) if writing.mentions is None else list(writing.mentions),
        "poll": dict(writing.poll) if writing.poll else None,
        "campaign": writing.campaign,
        "labels": list(writing.labels),
        "is_ai_made": writing.is_ai_made,
        "metadata": dict(writing.metadata),
    }


def _write_items(post: Post, writing: Writing) -> None:
    add_rows(
        [
            PostItem(workspace_id=post.workspace_id, post=post, position=position, kind=item.kind, text=item.text)
            for position, item in enumerate(writing.items, start=1)
        ]
    )
    add_rows(
        [
            PostMedia(
                workspace_id=post.workspace_id,
                post=post,
                item_position=item_position,
                position=position,
                asset_id=one.asset_id,
                crop=dict(one.crop) if one.crop else None,
                alt_text=one.alt_text,
            )
            for item_position, media in enumerate([writing.media, *(item.media for item in writing.items)])
            for position, one in enumerate(media)
        ]
    )
