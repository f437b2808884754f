"""The sandbox's refusals, as verdicts. What isn't named here falls through to the default table."""

from __future__ import annotations

from typing import Any

import orjson

from postroom.networks.verdicts import ErrorRow, Then, Touch

ROWS: tuple[ErrorRow, ...] = (
    ErrorRow(Then.EXPIRED, "the key has expired", status=401, code="expired_token"),
    ErrorRow(Then.REVOKED, "the connection was revoked", status=401, code="revoked_token"),
    ErrorRow(Then.REVOKED, "the connection can't be renewed", status=400, code="invalid_grant"),
    ErrorRow(Then.LIMITED, "the day's posts are used up", status=429, code="quota_reached"),
    ErrorRow(Then.UNSURE, "the container was published before", code="already_published", touch=Touch.PUBLISHES),
    ErrorRow(Then.RETRY, "a file is still being processed", status=409, code="media_not_ready"),
    ErrorRow(Then.REJECTED, "the text is too long", code="text_too_long", where="text"),
    ErrorRow(Then.REJECTED, "too many hashtags", code="too_many_tags", where="text"),
    ErrorRow(Then.REJECTED, "this content is not wanted", code="unwanted_content", where="text"),
    ErrorRow(Then.REJECTED, "the file is not taken", code="invalid_media", where="media"),
    ErrorRow(Then.REJECTED, "the file could not be processed", code="media_failed", where="media"),
    ErrorRow(Then.REJECTED, "too many files", code="too_many_media", where="media"),
    ErrorRow(Then.REJECTED, "pictures and videos don't go together", code="mixed_media", where="media"),
    ErrorRow(Then.REJECTED, "a picture or video is needed", code="media_needed", where="media"),
    ErrorRow(Then.REJECTED, "the poll doesn't fit", code="invalid_poll", where="poll"),
    ErrorRow(Then.REJECTED, "this kind of account has no such posts", code="invalid_format", where="format"),
    ErrorRow(Then.REJECTED, "the post replied to is gone", code="no_such_parent", where="parent"),
)


def read(answer: Any) -> tuple[str, str]:
    """Read {"error": code, "message": words}; a proxy's page has neither."""
    try:
        body = orjson.loads(answer.body)
    except ValueError:
        return "", answer.body[:200].decode("utf-8", "replace")
    if not isinstance(body, dict):
        return "", ""
    return str(body.get("error", "")), str(body.get("message", ""))
