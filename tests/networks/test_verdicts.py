"""The default table of verdicts, and how waits are read."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.networks.shape import plain_error
from postroom.networks.verdicts import (
    ErrorRow,
    Expired,
    Limited,
    Rejected,
    Retry,
    Then,
    Touch,
    Unsure,
    judge,
    silent,
    unreadable,
    unsent,
    waits_until,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
READING = (Touch.LOOKS, Touch.STAGES)


@dataclass
class Said:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"words"


def verdict(status, touch=Touch.LOOKS, *, keyed=False, rows=(), headers=None, body=b"words", read_error=plain_error):
    said = Said(status, headers or {}, body)
    return judge(said, touch=touch, keyed=keyed, rows=rows, read_error=read_error, now=NOW)


@pytest.mark.parametrize("status", [408, 425, 500, 502, 503, 504, 520, 599])
def test_their_failure_is_retried_but_looked_after_when_it_may_be_public(status):
    assert all(isinstance(verdict(status, touch), Retry) for touch in READING)
    assert isinstance(verdict(status, Touch.PUBLISHES), Unsure)
    assert isinstance(verdict(status, Touch.PUBLISHES, keyed=True), Retry)


@pytest.mark.parametrize("touch", Touch)
def test_being_asked_to_wait_says_until_when_and_whose(touch):
    assert verdict(429, touch, headers={"Retry-After": "7"}) == Limited(
        "the network asked us to wait: 429  words", NOW + timedelta(seconds=7)
    )
    assert verdict(429, touch).until is None
    app_wide = verdict(403, touch, rows=[ErrorRow(Then.LIMITED_APP, "the app's quota", status=403)])
    assert isinstance(app_wide, Limited)
    assert app_wide.whole_app


@pytest.mark.parametrize("touch", Touch)
def test_401_is_an_expired_key(touch):
    found = verdict(401, touch)
    assert isinstance(found, Expired)
    assert found.refreshable


@pytest.mark.parametrize(
    ("status", "body"), [(409, b"no"), (400, b"This is a Duplicate status"), (403, b"duplicate content")]
)
def test_a_duplicate_may_be_our_own_first_try(status, body):
    assert all(isinstance(verdict(status, touch, body=body), Rejected) for touch in READING)
    assert isinstance(verdict(status, Touch.PUBLISHES, body=body), Unsure)


@pytest.mark.parametrize("status", [400, 402, 403, 404, 410, 413, 415, 422, 451])
@pytest.mark.parametrize("touch", Touch)
def test_other_refusals_are_final(status, touch):
    assert isinstance(verdict(status, touch), Rejected)


@pytest.mark.parametrize("status", [300, 301, 302, 307])
def test_a_redirect_is_an_answer_we_cannot_read(status):
    assert all(isinstance(verdict(status, touch), Retry) for touch in READING)
    assert isinstance(verdict(status, Touch.PUBLISHES), Unsure)


def test_what_never_left_is_retried_whatever_it_was():
    assert isinstance(unsent("refused"), Retry)
    for touch in READING:
        assert isinstance(silent("reset", touch, keyed=False), Retry)
        assert isinstance(unreadable("html", touch), Retry)
    assert isinstance(silent("reset", Touch.PUBLISHES, keyed=False), Unsure)
    assert isinstance(silent("reset", Touch.PUBLISHES, keyed=True), Retry)
    assert isinstance(unreadable("html", Touch.PUBLISHES), Unsure)


@pytest.mark.parametrize(
    ("then", "wanted"),
    [(Then.RETRY, Retry), (Then.LIMITED, Limited), (Then.EXPIRED, Expired), (Then.REVOKED, Expired),
     (Then.REJECTED, Rejected), (Then.UNSURE, Unsure)],
)  # fmt: skip
def test_a_networks_own_row_comes_before_the_defaults(then, wanted):
    rows = [ErrorRow(then, "why", status=500, code="X", phrase="BAD", touch=Touch.STAGES, where="text")]

    def read_error(answer):
        return "X", "a bad thing"

    found = verdict(500, Touch.STAGES, rows=rows, read_error=read_error)
    assert isinstance(found, wanted)
    assert found.why == "why (a bad thing)"
    for changed in (
        {"touch": Touch.LOOKS},
        {"read_error": lambda _: ("Y", "bad")},
        {"read_error": lambda _: ("X", "")},
    ):
        other = verdict(500, **{"touch": Touch.STAGES, "rows": rows, "read_error": read_error} | changed)
        assert other.why.startswith("the network failed")


def test_a_revoked_key_is_not_refreshed():
    assert verdict(400, rows=[ErrorRow(Then.REVOKED, "gone", status=400)]) == Expired("gone (words)", refreshable=False)


def test_a_busy_server_may_name_the_wait():
    assert verdict(503, headers={"Retry-After": "12"}).after == 12
    assert verdict(503).after is None


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "30"}, 30),
        ({"Retry-After": "0.5"}, 0.5),
        ({"Retry-After": "-3"}, 0),
        ({"Retry-After": format_datetime(NOW + timedelta(seconds=90), usegmt=True)}, 90),
        ({"Retry-After": format_datetime(NOW - timedelta(seconds=90), usegmt=True)}, 0),
        ({"Retry-After": "soon", "X-RateLimit-Reset": "40"}, 40),
        ({"RateLimit-Reset": "25"}, 25),
        ({"X-RateLimit-Reset": str(NOW.timestamp() + 60)}, 60),
        ({"X-RateLimit-Reset": str((NOW.timestamp() + 60) * 1000)}, 60),
        ({"X-RateLimit-Reset": "2026-11-20T12:05:00.000Z"}, 300),
        ({"X-RateLimit-Reset": "2026-11-20T13:05:00+01:00"}, 300),
        ({"X-RateLimit-Reset": "2026-11-20T12:05:00"}, 300),
        ({"Retry-After": "1e300"}, 31 * 86_400),
        ({"Retry-After": "7", "X-RateLimit-Reset": "4000"}, 7),
    ],
)
def test_waits_are_read_in_all_their_forms(headers, wait):
    assert waits_until(headers, NOW) == NOW + timedelta(seconds=wait)


@pytest.mark.parametrize(
    "headers", [{}, {"Retry-After": ""}, {"Retry-After": "nan"}, {"X-RateLimit-Reset": "tomorrow"}]
)
def test_where_nothing_is_said_nothing_is_made_up(headers):
    assert waits_until(headers, NOW) is None


WORDS = st.one_of(st.text(max_size=40), st.floats().map(str), st.integers().map(str), st.datetimes().map(str))


@given(WORDS, WORDS)
def test_no_header_brings_it_down_or_makes_it_wait_for_ever(after, reset):
    until = waits_until({"Retry-After": after, "X-RateLimit-Reset": reset}, NOW)
    assert until is None or NOW <= until <= NOW + timedelta(days=31)


@given(st.integers(300, 599), st.sampled_from(Touch), st.booleans(), st.binary(max_size=60))
def test_for_publishing_ignorance_never_means_send_again(status, touch, keyed, body):
    found = verdict(status, touch, keyed=keyed, body=body)
    if touch is Touch.PUBLISHES and not keyed:
        assert not isinstance(found, Retry)
    assert isinstance(found, (Retry, Limited, Expired, Rejected, Unsure))
