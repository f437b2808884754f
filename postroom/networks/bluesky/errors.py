"""What a PDS, its sign-in and the video service answer when something is wrong, and what it means.

Literal answers were seen at @atproto/pds 0.4.217 (2026-11-20) or stand in its lexicons and sources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from postroom.networks.verdicts import ErrorRow, Then, Touch

if TYPE_CHECKING:
    from postroom.networks.line import Answer

ROWS = (
    # 400 {"error":"ExpiredToken","message":"Token has expired"}: a session from an app password, after two hours
    ErrorRow(Then.EXPIRED, "the session has ended", code="ExpiredToken"),
    # 401 {"error":"invalid_token","message":"\"exp\" claim timestamp check failed"}: an access token from OAuth
    ErrorRow(Then.EXPIRED, "the access token is no longer accepted", code="invalid_token"),
    # 400 {"error":"InvalidToken","message":"Token could not be verified"}
    ErrorRow(Then.EXPIRED, "the access token is not accepted", code="InvalidToken"),
    # 401 {"error":"use_dpop_nonce","message":"Authorization server requires nonce in DPoP proof"}, twice in a row
    ErrorRow(Then.RETRY, "the server kept asking for another nonce", code="use_dpop_nonce"),
    # 401 {"error":"invalid_dpop_proof","error_description":"Failed to verify DPoP proof: \"iat\" claim timestamp check
    # failed (too far in the past)"}: no refreshing and no reconnecting helps against a wrong clock
    ErrorRow(Then.RETRY, "our signature was not accepted; is this machine's clock right?", code="invalid_dpop_proof"),
    # 400 {"error":"invalid_grant","error_description":"Refresh token replayed"}: also ended, revoked, used twice
    ErrorRow(Then.REVOKED, "the connection was ended; connect the channel again", code="invalid_grant"),
    # 400 {"error":"invalid_client_metadata"}: the sign-in could not fetch our client document just now
    ErrorRow(Then.RETRY, "the sign-in could not read our client document", code="invalid_client_metadata"),
    # 401 {"error":"AccountTakedown","message":"Account has been taken down"}
    ErrorRow(Then.REVOKED, "the account has been taken down", code="AccountTakedown"),
    # 401 {"error":"AccountDeactivated","message":"Account is deactivated"}
    ErrorRow(Then.REVOKED, "the account is deactivated", code="AccountDeactivated"),
    # 403 {"error":"ScopeMissingError","message":"Missing required scope \"repo:…\""}
    ErrorRow(Then.REVOKED, "the consent doesn't cover this; connect the channel again", code="ScopeMissingError"),
    ErrorRow(Then.REVOKED, "the consent doesn't cover this; connect the channel again", code="insufficient_scope"),
    # 400 {"error":"InvalidSwap","message":"Record was at …"}: another record stands under our key, perhaps our own
    ErrorRow(Then.UNSURE, "something already stands under this post's key", code="InvalidSwap", touch=Touch.PUBLISHES),
    # 400 {"error":"BlobNotFound","message":"Could not find blob: bafkrei…"}: swept up before the post referred to it
    ErrorRow(Then.REJECTED, "an uploaded file was swept up by the server", code="BlobNotFound", where="media"),
    # 413 {"error":"PayloadTooLarge","message":"request entity too large"}
    ErrorRow(Then.REJECTED, "a file is too large for this server", status=413, where="media"),
    # 400 {"error":"InvalidRequest","message":"Invalid app.bsky.feed.post record: X"} where X reads: grapheme too big
    # (maximum 300, got 301) at $.record.text; array too big (maximum 3, got 4) at $.record.langs; blob too big (maximum
    # 1000000, got 1500000) at $.record.embed.images[0].image
    ErrorRow(Then.REJECTED, "the text doesn't fit", code="InvalidRequest", phrase="at $.record.text", where="text"),
    ErrorRow(Then.REJECTED, "too many languages", code="InvalidRequest", phrase="$.record.langs", where="languages"),
    ErrorRow(Then.REJECTED, "a file is too large here", code="InvalidRequest", phrase="blob too big", where="media"),
    # 429 {"error":"RateLimitExceeded","message":"Rate Limit Exceeded"} with RateLimit-Reset in epoch seconds
    ErrorRow(Then.LIMITED, "Bluesky asked us to wait", code="RateLimitExceeded"),
    # The video service
    ErrorRow(Then.LIMITED, "today's videos are used up", code="DailyLimitExceeded"),
    ErrorRow(Then.LIMITED, "too many uploads are open", code="TooManyOpenUploads"),
    ErrorRow(
        Then.REJECTED,
        "this account may not upload videos; is its e-mail confirmed?",
        code="UploadForbidden",
        where="media",
    ),
    ErrorRow(Then.REJECTED, "the video is too large", code="VideoTooLarge", where="media"),
    ErrorRow(Then.REJECTED, "the video is too long", code="VideoTooLong", where="media"),
    ErrorRow(Then.REJECTED, "the video's shape is not taken", code="BadAspectRatio", where="media"),
    ErrorRow(Then.REJECTED, "the video's type is not taken", code="UnsupportedContentType", where="media"),
)


def read_error(answer: Answer) -> tuple[str, str]:
    """Read {"error", "message"} of XRPC or {"error", "error_description"} of OAuth; neither: the body's beginning."""
    try:
        said = orjson.loads(answer.body)
        code, message = said["error"], said.get("message") or said.get("error_description") or ""
        return str(code), str(message)[:300]
    except (ValueError, KeyError, TypeError, AttributeError):
        return "", answer.body[:200].decode("utf-8", "replace")
