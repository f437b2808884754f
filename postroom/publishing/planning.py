"""Plan a post: write it, put it on channels with variants of its own, and change those variants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import DEFAULT_DB_ALIAS

from postroom.channels.models import Channel
from postroom.database.adding import add_rows
from postroom.database.asking import ask_all
from postroom.events.recording import record
from postroom.networks.shape import Format
from postroom.posts.content import ItemOf, MediaOf, Writing, check_writing
from postroom.posts.models import Post
from postroom.posts.writing import check_version, create_post, edit_post, open_post
from postroom.publishing.changing import TooLate, open_publication
from postroom.publishing.fitting import Misfit, check_fit, refuse_blocking
from postroom.publishing.models import Publication
from postroom.publishing.scheduling import schedule_publications
from postroom.publishing.sql import load
from postroom.publishing.states import BEFORE_SENDING, OPEN, PublicationStatus
from postroom.publishing.timing import When
from postroom.workspaces.actors import Actor, acting
from postroom.workspaces.errors import BadInput, NotFound
from postroom.workspaces.permissions import Permission

CHANNELS_MAX = 500
REWRITABLE = BEFORE_SENDING | {PublicationStatus.FAILED, PublicationStatus.MISSED, PublicationStatus.CANCELLED}
"""Nothing of these is public, and nothing under way."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A post on one channel. What is None is as the post has it; `options` are the network's own."""

    channel_id: UUID
    text: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    media: tuple[MediaOf, ...] | None = None
    items: tuple[ItemOf, ...] | None = None
    format: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A post, its publications, and what doesn't fit where."""

    post: Post
    publications: tuple[Publication, ...]
    misfits: tuple[Misfit, ...]


def compose_post(
    *,
    actor: Actor,
    brand_id: UUID,
    writing: Writing,
    variants: Sequence[Variant] = (),
    when: When | None = None,
    now: datetime,
) -> Plan:
    """Write a post for several channels and, with `when`, schedule it: all or nothing, in one transaction.

    Errors: BadInput, NotFound, NotAllowed; DoesNotFit when it is to be scheduled and something blocks.
    """
    with acting(actor):
        post = create_post(actor=actor, brand_id=brand_id, writing=writing, now=now)
        publications = _put_on(post, variants)
        misfits = check_fit(post, publications, writing=writing)
        if when is not None:
            schedule_publications(actor, post, publications, when, now, misfits=misfits)
        return Plan(post, tuple(publications), misfits)


def rewrite_post(*, actor: Actor, post_id: UUID, writing: Writing, now: datetime, version: int | None = None) -> Plan:
    """Put new content in place of the old. What is scheduled stays so if the new content fits; else DoesNotFit."""
    with acting(actor):
        post = edit_post(actor=actor, post_id=post_id, writing=writing, now=now, version=version)
        publications = list(post.publications.select_for_update().order_by("id"))
        if any(one.status in {PublicationStatus.SENDING, PublicationStatus.UNKNOWN} for one in publications):
            message = "this post is being sent; its content can't be changed any more"
            raise TooLate(message)
        waiting = [one for one in publications if one.status in REWRITABLE]
        for one in waiting:
            # A worker that has read the old content must not begin with it, nor go on from what it had prepared.
            one.version, one.checkpoint = one.version + 1, {}
        Publication.objects.bulk_update(waiting, ["version", "checkpoint"])
        scheduled = [one for one in waiting if one.status in OPEN]
        misfits = check_fit(post, publications)
        refuse_blocking(misfits, scheduled)
        return Plan(post, tuple(publications), misfits)


def put_on_channels(
    *, actor: Actor, post_id: UUID, variants: Sequence[Variant], now: datetime, version: int | None = None
) -> Plan:
    """Say on which channels a post goes out, whole: new ones are added as drafts, those left out are taken away.

    One that is scheduled has to be cancelled before it can be left out (TooLate).
    """
    del now
    with acting(actor):
        post = open_post(actor, post_id, Permission.POSTS_WRITE)
        check_version(post, version)
        wanted = {variant.channel_id for variant in variants}
        standing = list(post.publications.select_for_update())
        for one in standing:
            if one.channel_id in wanted:
                continue
            if one.status not in {PublicationStatus.DRAFT, PublicationStatus.CANCELLED} or one.attempts:
                message = (
                    f"the publication on channel {one.channel_id} is {one.status}; cancel it before leaving it out"
                )
                raise TooLate(message)
            one.delete()
        known = {one.channel_id for one in standing}
        _put_on(post, [variant for variant in variants if variant.channel_id not in known])
        for variant in variants:
            if variant.channel_id in known:
                publication = next(one for one in standing if one.channel_id == variant.channel_id)
                _rewrite(publication, variant)
        post.version += 1
        post.save(update_fields=["version"])
        record("post.put_on_channels", post, workspace_id=actor.workspace_id, context={"channels": len(wanted)})
        publications = tuple(post.publications.order_by("id"))
        misfits = check_fit(post, publications)
        refuse_blocking(misfits, [one for one in publications if one.status == PublicationStatus.SCHEDULED])
        return Plan(post, publications, misfits)


def edit_publication(
    *, actor: Actor, publication_id: UUID, variant: Variant, now: datetime, version: int | None = None
) -> Plan:
    """Change what a publication says on its channel. Too late once sending has begun (TooLate)."""
    del now
    with acting(actor):
        publication = open_publication(actor, publication_id, Permission.POSTS_WRITE)
        check_version(publication, version)
        _rewrite(publication, variant)
        record("publication.edited", publication, workspace_id=actor.workspace_id)
        misfits = check_fit(publication.post, [publication])
        refuse_blocking(misfits, [publication] if publication.status == PublicationStatus.SCHEDULED else [])
        return Plan(publication.post, (publication,), misfits)


def check_post(*, actor: Actor, post_id: UUID, now: datetime) -> Plan:
    """Say what fits where and what doesn't: the panel beside the composer."""
    del now
    actor.demand(Permission.POSTS_READ)
    with acting(actor):
        post = Post.objects.filter(id=post_id, deleted_at__isnull=True).first()
        if post is None or not actor.sees_brand(post.brand_id):
            raise NotFound("post", post_id)
        publications = tuple(post.publications.order_by("id"))
        return Plan(post, publications, check_fit(post, publications))


def _put_on(post: Post, variants: Sequence[Variant]) -> list[Publication]:
    """Make the publications of a post as drafts."""
    if len(variants) > CHANNELS_MAX:
        raise BadInput("channels", len(variants), f"at most {CHANNELS_MAX} channels")
    ids = [variant.channel_id for variant in variants]
    if len(set(ids)) < len(ids):
        raise BadInput("channels", [str(one) for one in ids], "each channel once")
    channels = channels_to_plan(ids) if ids else {}
    rows = []
    for variant in variants:
        channel = channels.get(variant.channel_id)
        if channel is None or channel.brand_id != post.brand_id:
            raise NotFound("channel", variant.channel_id)
        row = Publication(workspace_id=post.workspace_id, post=post, channel=channel)
        apply_variant(row, variant)
        rows.append(row)
    add_rows(rows)
    return rows


def channels_to_plan(ids: Sequence[UUID]) -> dict[UUID, Channel]:
    """Give channels that aren't deleted, with no more of them than a check needs."""
    rows = ask_all(load("plan_channels"), {"ids": list(ids)})
    columns = ("id", "brand_id", "network", "learned")
    return {row[0]: Channel.from_db(DEFAULT_DB_ALIAS, columns, (*row[:3], orjson.loads(row[3]))) for row in rows}


def _rewrite(publication: Publication, variant: Variant) -> None:
    if publication.status not in REWRITABLE or publication.worker is not None:
        raise TooLate.of(publication)
    apply_variant(publication, variant)
    publication.version, publication.checkpoint = publication.version + 1, {}
    publication.save(update_fields=["text", "options", "media", "items", "format", "version", "checkpoint"])


def apply_variant(publication: Publication, variant: Variant) -> None:
    """Write a variant's words on a publication's row. Errors: BadInput."""
    own = Writing(text=variant.text or "", media=variant.media or (), items=variant.items or ())
    check_writing(own)
    if variant.format and variant.format not in set(Format):
        raise BadInput("format", variant.format, ", ".join(Format))
    publication.text, publication.options, publication.format = variant.text, dict(variant.options), variant.format
    publication.media = (
        None
        if variant.media is None
        else [
            _media(one, position)
            for position, part in enumerate([own.media, *(i.media for i in own.items)])
            for one in part
        ]
    )
    publication.items = None if variant.items is None else [{"kind": one.kind, "text": one.text} for one in own.items]


def _media(one: MediaOf, item_position: int) -> dict[str, Any]:
    return {
        "asset_id": str(one.asset_id),
        "item_position": item_position,
        "alt_text": one.alt_text,
        "crop": dict(one.crop) if one.crop else None,
    }
