"""Through the rooms: the verbs connect a channel, and the engine gets a post out, also when an answer is lost."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.conf import settings

from postroom.channels import lines
from postroom.channels.connecting import begin_connection, finish_connection
from postroom.channels.models import Channel
from postroom.kit.http import Guard
from postroom.publishing.engine import Engine
from postroom.publishing.opening import ChannelKeys
from tests.make.publishing import Filled, make_posts
from tests.make.workspaces import Cast
from tests.networks.mastodon.modes import Mode
from tests.networks.mastodon.samples import REDIRECT, MastodonSamples, consent
from tests.networks.proxy import Fault, Proxy, Trouble

LOOPBACK = Guard(("127.0.0.1",))


@pytest.fixture
def samples() -> Iterator[MastodonSamples]:
    made = MastodonSamples()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def reachable(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this machine's servers be called, as POSTROOM_ALLOW_PRIVATE does."""
    allowed = dataclasses.replace(settings.ENVIRONMENT, allow_private=("127.0.0.1",))
    monkeypatch.setattr(settings, "ENVIRONMENT", allowed)
    lines.guard.cache_clear()
    yield
    lines.guard.cache_clear()


@pytest.fixture
def channel(cast: Cast, samples: MastodonSamples, reachable: None) -> Channel:
    now, base = datetime.now(UTC), samples.base
    begun = begin_connection(
        actor=cast.owner,
        network="mastodon",
        way="oauth",
        redirect_uri=REDIRECT,
        brand_id=cast.brand.id,
        fields={"server": base},
        now=now,
    )
    params = asyncio.run(consent(begun.authorize_url, "ada"))
    return finish_connection(actor=cast.owner, params=params, now=now)


@dataclass
class Office:
    """A connected channel, the server it lives on, and the database between them."""

    channel: Channel
    samples: MastodonSamples
    owner: psycopg.Connection[Any]
    engine_dsn: str

    def fill(self, server: str, **more: Any) -> None:
        """Make a post that is due, on the channel, which is from now on called at `server`."""
        self.owner.execute("UPDATE channels_channel SET server = %s", [server])
        where = Filled(self.channel.workspace_id, self.channel.brand_id, (self.channel.id,), ())
        make_posts(self.owner, where, texts=["Hello @bo@far.example, see https://example.com/a"], **more)

    def publication(self) -> tuple[str, str, str]:
        """Its status, address and reason."""
        found: Any = self.owner.execute("SELECT status, url, reason FROM publishing_publication").fetchone()
        return found[0], found[1], found[2]

    async def send(self) -> None:
        """Run an engine until the publication is published."""
        engine, stop = Engine(self.engine_dsn, keys=ChannelKeys(), guard=LOOPBACK, at_once=10), asyncio.Event()
        task = asyncio.create_task(engine.run(stop, patience=5))
        try:
            for _ in range(1000):
                if self.publication()[0] == "published":
                    return
                await asyncio.sleep(0.02)
            pytest.fail(f"not published: {self.publication()}")
        finally:
            stop.set()
            await task


@pytest.fixture
def office(channel: Channel, samples: MastodonSamples, owner_dsn: str, engine_dsn: str) -> Iterator[Office]:
    with psycopg.connect(owner_dsn, autocommit=True) as owner:
        yield Office(channel, samples, owner, engine_dsn)


def test_a_connected_channel_knows_its_account_and_limits(channel, samples):
    account = next(iter(samples.fake.accounts.values()))
    assert channel.network_user_id == f"{account.id}@{samples.base.removeprefix('http://')}"
    assert (channel.username, channel.server) == ("ada@fake.example", samples.base)
    assert channel.learned["text.max"] == 500


async def test_a_thread_goes_out_and_hangs_together(office):
    office.fill(office.samples.base, items=[("thread", "Second"), ("thread", "Third")])
    await office.send()
    first, second, third = office.samples.fake.public
    assert [one["in_reply_to_id"] for one in (first, second, third)] == [None, first["id"], second["id"]]


async def test_access_that_ended_early_is_renewed_and_the_post_goes_out(office):
    fake = office.samples.fake
    fake.grants = dict(zip(["forgotten"], fake.grants.values(), strict=True))
    office.fill(office.samples.base)
    await office.send()
    assert len(fake.public) == 1
    assert [path for method, path, _ in fake.requests if path == "/oauth/token"] == ["/oauth/token"] * 2


FAULTS = [
    Fault("cut", Trouble.CUT, forwarded=True),
    Fault("torn", Trouble.TORN, forwarded=True),
    Fault("500", status=500, forwarded=True),
    Fault("nonsense", status=200, forwarded=True, body=b"<html>"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_an_answer_lost_after_acceptance_makes_no_second_post(office, fault):
    fake = office.samples.fake
    fake.mode = Mode(idempotency="ignored")
    async with Proxy(office.samples.base) as proxy:
        proxy.arm(fault)
        office.fill(proxy.base)
        await office.send()
        assert proxy.disarm() == 1
    assert len(fake.public) == 1
    assert office.publication()[1].endswith(fake.public[0]["id"])
