"""A sandbox of one's own for each test, in the test's loop, with a client that follows nothing by itself."""

import dataclasses
import secrets
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import web

from postroom.kit.http import Guard, open_session
from postroom.networks import registry
from postroom.networks.line import Line, Who
from postroom.networks.sandbox.server.app import make_app
from postroom.networks.sandbox.server.storage import STORE
from postroom.networks.shape import Begin, Draft, Format
from tests.networks.runner import Run

GUARD = Guard(["127.0.0.1"])


@dataclasses.dataclass
class Sandbox:
    """A running sandbox, and somebody with its admin token."""

    base: str
    app: web.Application
    session: aiohttp.ClientSession
    network = registry.get("sandbox")

    @property
    def store(self):
        return self.app[STORE]

    async def admin(self, method, path, body=None):
        headers = {"Authorization": f"Bearer {self.store.admin_token}"}
        async with self.session.request(method, self.base + path, json=body, headers=headers) as answer:
            return await answer.json()

    async def arm(self, what, **rest):
        return await self.admin("POST", "/trouble", {"what": what, **rest})

    def line(self, connected=None):
        who, tokens = Who(server=self.base), None
        if connected:
            identity, tokens = connected.identity, connected.tokens
            who = Who(identity.network_user_id, identity.username, self.base, dict(identity.learned))
        return Line(network=self.network, session=self.session, guard=GUARD, who=who, tokens=tokens)

    async def connect(self, kind="microblog", name=""):
        way = self.network.way("direct")
        assert way
        assert way.direct
        fields = {"name": name or f"a{secrets.token_hex(6)}", "kind": kind}
        return await way.direct(self.line(), Begin(fields, "", "", "", datetime.now(UTC)))

    def run(self, connected, text="Good morning", format=Format.TEXT, **rest):  # noqa: A002 - the draft's own word
        draft = Draft(key=secrets.token_hex(8), at=datetime.now(UTC), format=format, text=text, **rest)
        return Run(self.network, lambda: self.line(connected), draft)

    async def accepted(self, connected):
        return (await self.admin("GET", f"/admin/accepted?account={connected.identity.username}"))["posts"]

    async def page(self, path):
        async with self.session.get(self.base + path) as answer:
            return answer.status, await answer.text()


@pytest.fixture
async def sandbox(tmp_path):
    app = make_app(tmp_path / "data", processing=0.02)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with open_session(GUARD) as session:
        yield Sandbox(f"http://127.0.0.1:{runner.addresses[0][1]}", app, session)
    await runner.cleanup()
