"""A server may answer anything: what leaves the adapter is a value that holds, or a verdict; never "not there"."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.networks.line import Answer
from postroom.networks.mastodon import NETWORK, connect, identity, looking, numbers, steps
from postroom.networks.shape import Absent, App, Draft, Format, Identity, Receipt, Return, Tokens
from postroom.networks.verdicts import Retry, Stop, Unsure
from tests.networks.samples import Line, Who

KEYS = ["id", "url", "content", "created_at", "media_attachments", "poll", "options", "title", "in_reply_to_id"]
KEYS += ["username", "source", "note", "display_name", "followers_count", "configuration", "statuses", "max_characters"]
KEYS += ["access_token", "expires_in", "refresh_token", "scope", "error", "error_description", "text", "uri", "domain"]
plain = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False), st.text(max_size=8),
    st.sampled_from(["2026-11-20T10:00:00Z", "<p>Hello</p>", "9999-12-31T23:59:59+14:00"]),
)  # fmt: skip
answers = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=8)
)
NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
DRAFT = Draft("key", NOW, Format.TEXT, text="Hello", parent=None)


class Saying(Line):
    """A line whose server says one thing, whatever it is asked."""

    __slots__ = ("said",)

    def __init__(self, said: object) -> None:
        super().__init__(network=NETWORK, session=None, guard=None, who=Who("1@x", "ada", "https://x.example"))  # type: ignore[arg-type]
        self.said, self.app = said, App("id", "secret")
        self.now = lambda: NOW

    async def call(self, method: str, url: str, **rest: object) -> Answer:
        if "max_id" in str(rest):
            return Answer(200, {}, b"[]", self.touch)
        return Answer(200, {}, orjson.dumps(self.said), self.touch)


def outcome(work: object) -> object:
    try:
        return asyncio.run(work)  # type: ignore[arg-type]
    except Stop as stop:
        return stop.verdict


@given(answers | st.lists(answers, max_size=3))
def test_what_cannot_be_read_never_passes_for_absent(said):
    found = outcome(looking.look(Saying(said), DRAFT, {}))
    if isinstance(found, Absent):
        assert isinstance(said, list)
        assert all(isinstance(one, dict) and one["id"] and isinstance(one["content"], str) for one in said)
    if isinstance(found, Receipt):
        assert found.id


@given(answers)
def test_an_account_is_a_value_that_a_table_holds(said):
    found = outcome(identity.whoami(Saying(said)))
    assert isinstance(found, (Identity, Retry))
    if isinstance(found, Identity):
        assert "\x00" not in repr(found.username + found.display_name + found.bio)
        assert found.followers is None or found.followers >= 0


@given(answers)
def test_a_status_has_an_id_or_is_unsure(said):
    line = Saying(said)
    line.touch = NETWORK.steps[-1].touch
    found = outcome(steps.publish(line, DRAFT, {}))
    assert isinstance(found, (Receipt, Unsure))
    if isinstance(found, Receipt):
        assert found.id not in {"", "None"}


@given(answers)
def test_tokens_are_tokens_or_a_verdict(said):
    back = Return({"code": "x"}, {}, "https://p.example", "https://p.example", NOW)
    assert outcome(connect.finish(Saying(said), back))
    found = outcome(connect.refresh(Saying(said), Tokens("a", "r"), NOW))
    assert not isinstance(found, Tokens) or found.access


@given(answers)
def test_counters_are_counts(said):
    found = outcome(numbers.of(Saying(said), (Receipt("1", "u"),)))
    if isinstance(found, dict):
        for one in found.values():
            assert one.likes is None or one.likes >= 0


@pytest.mark.parametrize("body", [b"", b"<", b"\xff\xfe", b"[]", b'{"error":null}', b'{"error":{}}', b"null", b"1"])
def test_errors_are_read_whatever_they_are(body):
    code, message = NETWORK.read_error(Answer(400, {}, body))
    assert isinstance(code, str)
    assert isinstance(message, str)
