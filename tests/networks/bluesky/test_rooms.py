"""Through the rooms: connected by the verbs, renewed by the keeper, sent by the engine to Bluesky's own PDS."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import psycopg
import pytest

from postroom.channels import disconnecting, keeping, lines
from postroom.channels.connecting import begin_connection, connect_directly, finish_connection
from postroom.channels.disconnecting import disconnect_channel
from postroom.channels.lines import NetworkTrouble, Opened, open_channel
from postroom.channels.models import Channel
from postroom.kit.http import Guard, open_session
from postroom.networks.shape import Identity, Tokens
from postroom.networks.verdicts import Expired
from postroom.publishing.engine import Engine
from postroom.publishing.opening import ChannelKeys
from postroom.workspaces.actors import seeing
from tests.make.publishing import Filled, make_posts
from tests.make.workspaces import Cast
from tests.networks.bluesky.chromium import consent
from tests.networks.bluesky.server import Account, Servers
from tests.networks.bluesky.ways import fields
from tests.networks.proxy import Fault, Proxy, Trouble

pytestmark = [pytest.mark.real_server, pytest.mark.xdist_group("pds")]

LOOPBACK = Guard(("127.0.0.1", "localhost"))


@pytest.fixture(autouse=True)
def nearby(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the product call this machine."""
    for room in (lines, keeping, disconnecting):
        monkeypatch.setattr(room, "guard", lambda: LOOPBACK)


def connect(cast: Cast, account: Account, password: str = "") -> Channel:
    return connect_directly(
        actor=cast.owner,
        network="bluesky",
        way="password",
        brand_id=cast.brand.id,
        fields=fields(account, password=password or account.app_password),
        now=datetime.now(UTC),
    )


@pytest.fixture
def channel(cast: Cast, account: Account) -> Channel:
    return connect(cast, account)


@pytest.fixture
def tokens(cast: Cast, channel: Channel) -> Tokens:
    with seeing(cast.owner):
        opened = open_channel(channel.id)
    assert opened is not None
    assert opened.tokens is not None
    return opened.tokens


@dataclasses.dataclass
class Desk:
    """A connected channel, the database's doors, and the engine."""

    channel: Channel
    tokens: Tokens
    owner: psycopg.Connection[Any]
    engine_dsn: str

    def publications(self) -> list[tuple[str, str, str]]:
        """What became of them: (status, address, reason)."""
        return self.owner.execute("SELECT status, url, reason FROM publishing_publication").fetchall()

    def fill(self, server: str, **more: Any) -> None:
        """Make a post that is due now, on a channel whose server is reached at `server`."""
        self.owner.execute("UPDATE channels_channel SET server = %s", [server])
        where = Filled(self.channel.workspace_id, self.channel.brand_id, (self.channel.id,), ())
        make_posts(self.owner, where, texts=["Hello, see https://example.com/a #tag"], **more)

    async def publish(self) -> None:
        """Run the engine until everything is out."""
        engine, stop = Engine(self.engine_dsn, keys=ChannelKeys(), guard=LOOPBACK, at_once=10), asyncio.Event()
        task = asyncio.create_task(engine.run(stop, patience=5))
        async with asyncio.timeout(30):
            while any(status != "published" for status, *_ in self.publications()):  # noqa: ASYNC110 - only rows tell
                await asyncio.sleep(0.02)
        stop.set()
        await task


@pytest.fixture
def desk(channel: Channel, tokens: Tokens, owner_dsn: str, engine_dsn: str) -> Iterator[Desk]:
    with psycopg.connect(owner_dsn, autocommit=True) as owner:
        yield Desk(channel, tokens, owner, engine_dsn)


def test_a_connected_channel_knows_its_account(channel: Channel, account: Account):
    assert channel.network_user_id == account.did
    assert (channel.username, channel.server, channel.followers) == (account.handle, account.base, 12)
    assert channel.learned["image.bytes"] == 1_000_000


def test_a_wrong_password_names_its_field(cast: Cast, account: Account):
    with pytest.raises(NetworkTrouble) as trouble:
        connect(cast, account, "aaaa-bbbb-cccc-dddd")
    assert trouble.value.where == "password"
    assert Channel.objects.count() == 0


def test_the_keeper_renews_the_key(cast: Cast, channel: Channel, tokens: Tokens):
    done = keeping.refresh_now(actor=cast.owner, channel_id=channel.id, now=datetime.now(UTC))
    assert done.outcome is keeping.Outcome.REFRESHED, done
    assert done.opened is not None
    assert done.opened.tokens is not None
    assert done.opened.tokens.refresh != tokens.refresh


@pytest.mark.browser
def test_a_channel_connected_by_consent_is_renewed_and_ended(cast: Cast, account: Account, pds: Servers):
    back, now = "http://localhost:8000/channels/return", datetime.now(UTC)
    begun = begin_connection(
        actor=cast.owner,
        network="bluesky",
        way="oauth",
        redirect_uri=back,
        brand_id=cast.brand.id,
        fields=fields(account, pds.directory),
        now=now,
    )
    returned = consent(begun.authorize_url, account, back.replace("localhost", "127.0.0.1"))
    channel = finish_connection(actor=cast.owner, params=dict(parse_qsl(urlsplit(returned).query)), now=now)
    assert (channel.network_user_id, channel.server) == (account.did, account.base)
    done = keeping.refresh_now(actor=cast.owner, channel_id=channel.id, now=now)
    assert done.outcome is keeping.Outcome.REFRESHED, done
    disconnect_channel(actor=cast.owner, channel_id=channel.id, now=now)
    assert done.opened is not None
    with pytest.raises(NetworkTrouble) as trouble:
        lines.ask(_who, done.opened)
    assert isinstance(trouble.value.verdict, Expired)


async def _who(opened: Opened) -> Identity:
    async with open_session(LOOPBACK) as session:
        return await opened.network.connecting.whoami(opened.line(session, LOOPBACK))


async def test_a_thread_goes_out_and_hangs_together(desk: Desk, account: Account):
    desk.fill(account.base, items=[("thread", "Second"), ("thread", "Third")])
    await desk.publish()
    found = {record["value"]["text"].split(",")[0]: record for record in account.records()}
    first, second, third = found["Hello"], found["Second"], found["Third"]
    assert second["value"]["reply"]["parent"] == {"uri": first["uri"], "cid": first["cid"]}
    assert third["value"]["reply"]["parent"] == {"uri": second["uri"], "cid": second["cid"]}
    assert third["value"]["reply"]["root"]["uri"] == first["uri"]
    assert desk.publications()[0][1].startswith(f"https://bsky.app/profile/{account.did}/post/")


@pytest.mark.parametrize(
    "fault",
    [
        Fault("cut", Trouble.CUT, forwarded=True),
        Fault("500", status=500, forwarded=True),
        Fault("nonsense", status=200, forwarded=True, body=b"<html>"),
    ],
    ids=lambda fault: fault.name,
)
async def test_an_answer_lost_makes_no_second_post(desk: Desk, account: Account, fault: Fault):
    async with Proxy(account.base) as proxy:
        proxy.arm(fault)
        desk.fill(proxy.base)
        await desk.publish()
        assert proxy.disarm() == 1
    (record,) = account.records()
    assert desk.publications()[0][1].endswith(record["uri"].rsplit("/", 1)[1])
