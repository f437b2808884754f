"""A fake server in the test's own loop, with one connected account."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from postroom.networks.line import Line, Who
from postroom.networks.mastodon import NETWORK
from postroom.networks.shape import Draft, Found, Receipt
from postroom.networks.verdicts import Stop, Verdict
from tests.networks.mastodon.fake import Fake
from tests.networks.mastodon.modes import MASTODON, Mode
from tests.networks.mastodon.samples import MastodonSamples, connected
from tests.networks.runner import Run
from tests.networks.samples import Access


@dataclasses.dataclass
class Desk:
    """One account at one fake server."""

    fake: Fake
    samples: MastodonSamples
    base: str
    open_line: Callable[[], Line]
    access: Access

    def run(self, draft: Draft | str) -> Run:
        return Run(NETWORK, self.open_line, self.samples.draft(draft) if isinstance(draft, str) else draft)

    async def publish(self, draft: Draft | str) -> Receipt:
        return await self.run(draft).to_the_end(tries=1)

    async def look(self, draft: Draft) -> Found:
        """Look a draft up, and give what the network's `find` says."""
        assert NETWORK.find is not None
        return await NETWORK.find.run(self.open_line(), draft, {})

    async def verdict(self, draft: Draft | str) -> Verdict:
        """Publish, and give the verdict that it ends with."""
        with pytest.raises(Stop) as stopped:
            await self.publish(draft)
        return stopped.value.verdict

    def asked(self, method: str, path: str) -> list[Any]:
        """What was sent to a path, as JSON."""
        return [body for m, p, body in self.fake.requests if m == method and p.startswith(path)]


@contextlib.asynccontextmanager
async def opened(mode: Mode) -> AsyncIterator[Desk]:
    """Start a server of that kind and connect an account."""
    samples = MastodonSamples()
    samples.fake = fake = Fake(mode)
    server = TestServer(fake.application())
    await server.start_server(access_log=None)
    async with server, samples.session() as session:
        base = f"http://127.0.0.1:{server.port}"
        line = samples.line(session, base)
        line.app = await samples.app(line)
        done = await connected(line)
        who = Who(done.identity.network_user_id, done.identity.username, base, done.identity.learned)
        access = Access(who, done.tokens, line.app)
        yield Desk(fake, samples, base, lambda: samples.line(session, base, access), access)


@pytest.fixture
async def desk(request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    """An account at a Mastodon server, or at the kind of server that the test is parametrised with."""
    async with opened(getattr(request, "param", MASTODON)) as one:
        yield one
