"""Cursor pages: {"items": […], "next": "…" or null}. A cursor is opaque; it holds the last row's id."""

import base64
import binascii
from uuid import UUID

from django.http import HttpRequest
from pydantic import BaseModel

from postroom.workspaces.errors import BadInput

LIMIT, LIMIT_MAX = 50, 200


def refuse_unknown(request: HttpRequest, filters: type[BaseModel]) -> None:
    """Raise BadInput for a filter there isn't: ignoring one would show too much."""
    unknown = set(request.GET) - set(filters.model_fields)
    if unknown:
        name = min(unknown)
        raise BadInput(name, request.GET[name], f"one of the filters {', '.join(filters.model_fields)}")


def read_cursor(after: str | None) -> UUID | None:
    """Give the id a cursor holds. Errors: BadInput for one that isn't ours."""
    if not after:
        return None
    try:
        return UUID(bytes=base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
    except (ValueError, binascii.Error):
        raise BadInput("after", after, "the `next` of an earlier page") from None


def make_cursor(last: UUID | str) -> str:
    """Make the cursor after a row."""
    raw = (last if isinstance(last, UUID) else UUID(last)).bytes
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
