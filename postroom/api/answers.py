"""Answers: one row with its ETag, or a cursor page of them, in the shape the description promises."""

from collections.abc import Callable, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Field, Schema

from postroom.api.paging import LIMIT, LIMIT_MAX, make_cursor, read_cursor, refuse_unknown
from postroom.api.shapes import In
from postroom.api.versions import etag

T = TypeVar("T")
Shape = type[Schema]


class Page(Schema, Generic[T]):
    """A page: `next` goes into `after` of the following one; null at the end."""

    items: list[T]
    next: str | None


class Paged(In):
    """How many at once, and after which row."""

    limit: int = Field(LIMIT, ge=1, le=LIMIT_MAX)
    after: str | None = None


class WhyIn(In):
    """A reason, which the history keeps."""

    why: str = ""


def shaped(shape: Shape, row: object) -> dict[str, Any]:
    """Put a row into a shape."""
    return shape.from_orm(row).model_dump()


def one(
    shape: Shape,
    row: object,
    *,
    status: int = HTTPStatus.OK,
    location: str = "",
    version: int | None = None,
    **more: object,
) -> HttpResponse:
    """Answer one row; `version` makes the ETag, `more` members are added."""
    answer = as_json(shaped(shape, row) | more, status)
    if location:
        answer["Location"] = f"/api/v1{location}"
    if version is not None:
        answer["ETag"] = etag(version)
    return answer


def created(shape: Shape, row: object, location: str, *, version: int | None = None, **more: object) -> HttpResponse:
    """Answer a row that was just made, and where it is."""
    return one(shape, row, status=HTTPStatus.CREATED, location=location, version=version, **more)


def nothing() -> HttpResponse:
    """Answer that it is done and there is nothing to show."""
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def as_json(body: object, status: int = HTTPStatus.OK) -> HttpResponse:
    """Answer a body of ids, times and plain values."""
    return HttpResponse(orjson.dumps(body, default=_told), status=status, content_type="application/json")


def page(
    request: HttpRequest, filters: Paged, shape: Shape, ask: Callable[..., Sequence[Any]], **more: object
) -> HttpResponse:
    """Answer a page of what `ask(after=…, limit=…, **filters)` gives in the order of its cursor; see `Paged`."""
    refuse_unknown(request, type(filters))
    wanted = filters.model_dump() | more
    limit, after = wanted.pop("limit"), read_cursor(wanted.pop("after"))
    return _page(shape, ask(after=after, limit=limit + 1, **wanted), limit)


def page_of(
    request: HttpRequest,
    filters: Paged,
    shape: Shape,
    rows: Sequence[Any],
    key: Callable[[Any], UUID] = lambda row: row.id,
) -> HttpResponse:
    """Answer a page of a short list that is there whole."""
    refuse_unknown(request, type(filters))
    after = read_cursor(filters.after)
    place = next((at for at, row in enumerate(rows, 1) if key(row) == after), len(rows)) if after else 0
    return _page(shape, rows[place : place + filters.limit + 1], filters.limit, key)


def _page(
    shape: Shape,
    rows: Sequence[Any],
    limit: int,
    key: Callable[[Any], UUID] = lambda row: row.id,
) -> HttpResponse:
    shown = rows[:limit]
    following = make_cursor(key(shown[-1])) if len(rows) > limit else None
    return as_json({"items": [shaped(shape, row) for row in shown], "next": following})


def _told(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else str(value)
