"""What a Mastodon server, or one that speaks its API, answers when something is wrong, and what that means.

Literal answers from Mastodon's documentation and sources, and from compatible servers, checked 2026-11-20. There are no
numbers for errors: {"error": "words", "error_description": "words, from OAuth"} is all, and some answer plain text.
429 needs no row: {"error":"Too many requests"}, and X-RateLimit-Reset holds an ISO 8601 moment.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import orjson

from postroom.networks.verdicts import ErrorRow, Then, Touch

if TYPE_CHECKING:
    from postroom.networks.line import Answer

STAGES, PUBLISHES = Touch.STAGES, Touch.PUBLISHES

ROWS = (
    # 401 {"error":"The access token was revoked"}
    ErrorRow(Then.REVOKED, "the access was revoked; connect again", status=401, phrase="revoked"),
    # 401 {"error":"This method requires an authenticated user"}: a token of the app, not of an account
    ErrorRow(Then.REVOKED, "the token belongs to no account", status=401, phrase="requires an authenticated user"),
    # 400 {"error":"invalid_grant","error_description":"The provided authorization grant is invalid, expired, …"}
    ErrorRow(Then.REVOKED, "the access can't be renewed; connect again", code="invalid_grant"),
    # 401 {"error":"invalid_client","error_description":"Client authentication failed due to unknown client, …"}
    ErrorRow(Then.REVOKED, "the server no longer knows this installation; connect again", code="invalid_client"),
    # 400 {"error":"unsupported_grant_type"}: no refreshing here
    ErrorRow(Then.REVOKED, "the server doesn't renew access; connect again", code="unsupported_grant_type"),
    # 400 {"error":"Invalid access token"}: seen where Mastodon answers 401
    ErrorRow(Then.EXPIRED, "the access token is no longer accepted", status=400, phrase="token"),
    # 403 {"error":"This action is outside the authorized scopes"}
    ErrorRow(Then.REVOKED, "the consent doesn't cover this; connect again", status=403, phrase="authorized scopes"),
    # 403 {"error":"Your login is currently disabled"}
    ErrorRow(Then.REVOKED, "the account's login is disabled", status=403, phrase="login is currently disabled"),
    # 403 {"error":"Your login is missing a confirmed e-mail address"}
    ErrorRow(Then.REVOKED, "the account's e-mail isn't confirmed", status=403, phrase="missing a confirmed e-mail"),
    # 403 {"error":"Your login is currently pending approval"}
    ErrorRow(Then.REVOKED, "the account awaits its server's approval", status=403, phrase="pending approval"),
    # 403 {"error":"Your account has been suspended"}
    ErrorRow(Then.REVOKED, "the account is suspended", status=403, phrase="suspended"),
    # 403 and 404 with a page instead of JSON: a wall or a worksite before the server, which heard nothing of us
    ErrorRow(Then.RETRY, "something before the server answered with a page", status=403, code="page"),
    ErrorRow(Then.RETRY, "something before the server answered with a page", status=404, code="page"),
    # 404 {"error":"Record not found"} to POST /api/v1/statuses: what in_reply_to_id names is gone
    ErrorRow(Then.REJECTED, "the post this answers is gone", status=404, touch=PUBLISHES, where="items"),
    ErrorRow(Then.REJECTED, "what this points at is gone", status=410, touch=PUBLISHES, where="items"),
    # 413, often a proxy's HTML page
    ErrorRow(Then.REJECTED, "a file is too large for this server", status=413, where="media"),
    # 422 {"error":"Cannot attach files that have not finished processing. Try again in a moment!"}
    ErrorRow(Then.RETRY, "the server still works on a file", status=422, phrase="not finished processing"),
    # 422 {"error":"Validation failed: Text character limit of 500 exceeded"}
    ErrorRow(Then.REJECTED, "the text is too long for this server", status=422, phrase="character limit", where="text"),
    # 422 {"error":"Validation failed: Text can't be blank"}
    ErrorRow(Then.REJECTED, "a text is needed", status=422, phrase="can't be blank", where="text"),
    # 422 {"error":"Media 11 not found or already attached to another post"}
    ErrorRow(Then.REJECTED, "the server lost a file", status=422, phrase="already attached", where="media"),
    # 422 {"error":"Cannot attach more than 4 files"}
    # 422 {"error":"Cannot attach a video to a post that already contains images"}
    ErrorRow(Then.REJECTED, "these files don't go together", status=422, phrase="cannot attach", where="media"),
    # 422 {"error":"Validation failed: File content type is invalid, File is invalid"}
    ErrorRow(Then.REJECTED, "the server doesn't take this file", status=422, phrase="failed: file", where="media"),
    # 422 {"error":"Error processing thumbnail for uploaded media"}, and 422 from GET /api/v1/media/:id
    ErrorRow(Then.REJECTED, "the server could not process a file", status=422, phrase="processing", where="media"),
    # 422 {"error":"Validation failed: Description is too long (maximum is 1500 characters)"}
    ErrorRow(Then.REJECTED, "a description is too long", status=422, phrase="description", where="media"),
    # 422 {"error":"Validation failed: Poll options are too many"}
    ErrorRow(Then.REJECTED, "the poll doesn't fit", status=422, phrase="poll", where="poll"),
    ErrorRow(Then.REJECTED, "the server doesn't take this file", status=422, touch=STAGES, where="media"),
)

TITLE = re.compile(rb"<title>([^<]{1,120})</title>", re.IGNORECASE)
CODE = re.compile(r"[a-z_]{3,40}")


def read_error(answer: Answer) -> tuple[str, str]:
    """Read (OAuth's code if there is one, the words). An HTML page has the code "page" and is cut down to its title."""
    try:
        said = orjson.loads(answer.body)
        error, words = str(said["error"]), str(said.get("error_description") or "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return _plain(answer.body)
    if CODE.fullmatch(error):
        return error, words[:300]
    return "", (words or error)[:300]


def _plain(body: bytes) -> tuple[str, str]:
    if not body.lstrip().startswith(b"<"):
        return "", body[:200].decode("utf-8", "replace").strip()
    title = TITLE.search(body[:4096])
    return "page", title[1].decode("utf-8", "replace").strip() if title else ""
