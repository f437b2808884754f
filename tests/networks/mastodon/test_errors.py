"""The catalogue of errors: what servers say, literally, and what it leads to."""

import json

import pytest

from postroom.networks.mastodon import identity
from postroom.networks.verdicts import Expired, Limited, Rejected, Retry, Stop, Touch, Unsure

CATALOGUE = [
    # (status, body, verdict where it may have been published, where)
    (401, '{"error":"The access token is invalid"}', Expired, None),
    (401, '{"error":"The access token was revoked"}', Expired, None),
    (401, "Unauthorized", Expired, None),
    (400, '{"error":"Invalid access token"}', Expired, None),
    (403, '{"error":"This action is outside the authorized scopes"}', Expired, None),
    (403, '{"error":"Your login is currently disabled"}', Expired, None),
    (403, '{"error":"Your login is currently pending approval"}', Expired, None),
    (403, '{"error":"This action is not allowed"}', Rejected, None),
    (404, '{"error":"Record not found"}', Rejected, "items"),
    (404, "<html><title>Back soon</title></html>", Retry, None),
    (403, "<html><title>Attention Required!</title></html>", Retry, None),
    (410, "", Rejected, "items"),
    (200, '{"id":null}', Unsure, None),
    (200, '{"uri":"https://fake.example/1"}', Unsure, None),
    (413, "<html><title>413 Request Entity Too Large</title></html>", Rejected, "media"),
    (422, '{"error":"Validation failed: Text character limit of 500 exceeded"}', Rejected, "text"),
    (422, '{"error":"Validation failed: Text can\'t be blank"}', Rejected, "text"),
    (422, '{"error":"Cannot attach more than 4 files"}', Rejected, "media"),
    (422, '{"error":"Cannot attach a video to a post that already contains images"}', Rejected, "media"),
    (422, '{"error":"Cannot attach files that have not finished processing. Try again in a moment!"}', Retry, None),
    (422, '{"error":"Something nobody has heard of"}', Rejected, None),
    (429, '{"error":"Too many requests"}', Limited, None),
    (500, '{"error":"Internal server error"}', Unsure, None),
    (502, "<html><head><title>502 Bad Gateway</title></head></html>", Unsure, None),
    (503, '{"error":"Remote data could not be fetched"}', Unsure, None),
    (504, "", Unsure, None),
    (409, '{"error":"Duplicate"}', Unsure, None),
]


@pytest.mark.parametrize(("status", "body", "wanted", "where"), CATALOGUE)
async def test_the_servers_words_get_their_verdict(desk, status, body, wanted, where):
    desk.fake.say("POST", "/api/v1/statuses", status, body)
    verdict = await desk.verdict("text")
    assert isinstance(verdict, wanted), verdict
    assert getattr(verdict, "where", None) == where
    assert "<" not in verdict.why, "no HTML reaches people"
    if "error" in body and status != 409:
        assert json.loads(body)["error"] in verdict.why


@pytest.mark.parametrize("status", [422, 413])
async def test_a_refused_upload_speaks_of_the_file(desk, status):
    desk.fake.say("POST", "/api/v2/media", status, '{"error":"Validation failed: File is not for us"}')
    verdict = await desk.verdict("picture")
    assert isinstance(verdict, Rejected)
    assert verdict.where == "media"


async def test_the_reset_is_an_iso_moment(desk):
    reset = "2099-01-01T00:00:00.000000Z"
    line = desk.open_line()
    line.touch = Touch.LOOKS
    desk.fake.say("GET", "/api/v1/accounts", 429, '{"error":"Too many requests"}', X_RateLimit_Reset=reset)
    with pytest.raises(Stop) as stopped:
        await identity.whoami(line)
    assert isinstance(stopped.value.verdict, Limited)
    assert stopped.value.verdict.until is not None
