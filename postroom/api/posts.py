"""Posts: write, put on channels, check, schedule, cancel."""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

import orjson
from django.http import HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router

from postroom.api.keys import Called
from postroom.api.paging import LIMIT, LIMIT_MAX, make_cursor, read_cursor, refuse_unknown
from postroom.api.shapes import In, PostOut, PostPage, PublicationOut, VariantIn, WhenIn, WritingIn
from postroom.api.versions import etag, expected_version
from postroom.posts.writing import remove_post
from postroom.publishing import listing, planning, scheduling
from postroom.publishing.listing import Shown
from postroom.publishing.timing import read_when

router = Router(tags=["posts"])
POST_FIELDS = tuple(name for name in PostOut.model_fields if name not in {"publications", "problems"})
PUBLICATION_FIELDS = tuple(PublicationOut.model_fields)


class PostIn(WritingIn):
    """A post to be written, on channels if given, and scheduled if `when` is given."""

    brand_id: UUID
    channels: list[VariantIn] = []
    when: str | None = None


class ChannelsIn(In):
    """On which channels a post goes out, whole."""

    channels: list[VariantIn]


def as_json(shown: Shown, status: int = HTTPStatus.OK, **more: object) -> HttpResponse:
    """Answer a row as the database made it; `more` members are added at its end."""
    body = shown.body
    if more:
        body = f"{body[:-1]},{orjson.dumps(more, default=str).decode()[1:]}"
    return HttpResponse(body, status=status, content_type="application/json", headers={"ETag": etag(shown.version)})


class PostFilters(In):
    """Which posts, and how many at once. `since` and `until` are of the scheduled time."""

    limit: int = Field(LIMIT, ge=1, le=LIMIT_MAX)
    after: str | None = None
    brand_id: UUID | None = None
    channel_id: UUID | None = None
    status: str | None = None
    campaign: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@router.get("", response=PostPage)
def list_posts(request: Called, filters: Query[PostFilters]) -> HttpResponse:
    """List posts with their publications, newest first."""
    refuse_unknown(request, PostFilters)
    wanted = filters.model_dump()
    wanted["after"] = read_cursor(wanted["after"])
    page = listing.list_posts(request.actor, **wanted)
    following = f'"{make_cursor(page.last)}"' if page.last else "null"
    return HttpResponse(f'{{"items":{page.items},"next":{following}}}', content_type="application/json")


@router.post("", response={201: PostOut})
def create_post(request: Called, payload: PostIn) -> HttpResponse:
    """Write a post; with `channels` it is put on them, with `when` it is scheduled: all or nothing."""
    plan = planning.compose_post(
        actor=request.actor,
        brand_id=payload.brand_id,
        writing=payload.of(),
        variants=[one.of() for one in payload.channels],
        when=read_when(payload.when) if payload.when else None,
        now=timezone.now(),
    )
    headers = {"ETag": etag(plan.post.version), "Location": f"/api/v1/posts/{plan.post.id}"}
    return HttpResponse(in_short(plan), status=HTTPStatus.CREATED, content_type="application/json", headers=headers)


@router.get("/{uuid:post_id}", response=PostOut)
def show_post(request: Called, post_id: UUID) -> HttpResponse:
    """Give one post with its items, files and publications."""
    return as_json(listing.show_post(request.actor, post_id=post_id))


@router.put("/{uuid:post_id}", response=PostOut)
def rewrite_post(request: Called, post_id: UUID, payload: WritingIn) -> HttpResponse:
    """Put new content in place of the old one, whole. Send the ETag you have read as If-Match."""
    plan = planning.rewrite_post(
        actor=request.actor,
        post_id=post_id,
        writing=payload.of(),
        version=expected_version(request),
        now=timezone.now(),
    )
    return _of_plan(request, plan)


@router.delete("/{uuid:post_id}", response={204: None})
def delete_post(request: Called, post_id: UUID) -> HttpResponse:
    """Put a post aside. What is scheduled of it has to be cancelled first."""
    remove_post(actor=request.actor, post_id=post_id, now=timezone.now())
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@router.put("/{uuid:post_id}/channels", response=PostOut)
def put_on_channels(request: Called, post_id: UUID, payload: ChannelsIn) -> HttpResponse:
    """Say on which channels a post goes out, whole: new ones are added, those left out are taken away."""
    plan = planning.put_on_channels(
        actor=request.actor,
        post_id=post_id,
        variants=[one.of() for one in payload.channels],
        version=expected_version(request),
        now=timezone.now(),
    )
    return _of_plan(request, plan)


@router.get("/{uuid:post_id}/check")
def check_post(request: Called, post_id: UUID) -> HttpResponse:
    """Say what fits where and what doesn't: {"problems": […]}, blocking ones first."""
    plan = planning.check_post(actor=request.actor, post_id=post_id, now=timezone.now())
    body = orjson.dumps({"problems": [one.told() for one in plan.misfits]}, default=str)
    return HttpResponse(body, content_type="application/json")


@router.post("/{uuid:post_id}/schedule", response=PostOut)
def schedule_post(request: Called, post_id: UUID, payload: WhenIn) -> HttpResponse:
    """Schedule every publication of a post that has not gone out yet."""
    scheduling.schedule_post(actor=request.actor, post_id=post_id, when=payload.of(), now=timezone.now())
    return show_post(request, post_id)


@router.post("/{uuid:post_id}/unschedule", response=PostOut)
def unschedule_post(request: Called, post_id: UUID) -> HttpResponse:
    """Take a scheduled post back to a draft."""
    scheduling.unschedule_post(actor=request.actor, post_id=post_id, now=timezone.now())
    return show_post(request, post_id)


@router.post("/{uuid:post_id}/cancel", response=PostOut)
def cancel_post(request: Called, post_id: UUID) -> HttpResponse:
    """Cancel all of a post that has not gone out."""
    scheduling.cancel_post(actor=request.actor, post_id=post_id, now=timezone.now())
    return show_post(request, post_id)


def in_short(plan: planning.Plan) -> bytes:
    """A post as it was just written (PostOut), without asking the database again."""
    post = {name: getattr(plan.post, name) for name in POST_FIELDS}
    publications = [{name: getattr(one, name) for name in PUBLICATION_FIELDS} for one in plan.publications]
    return orjson.dumps(
        post | {"publications": publications, "problems": [one.told() for one in plan.misfits]}, default=str
    )


def _of_plan(request: Called, plan: planning.Plan, status: int = HTTPStatus.OK) -> HttpResponse:
    shown = listing.show_post(request.actor, post_id=plan.post.id)
    return as_json(shown, status, problems=[one.told() for one in plan.misfits])
