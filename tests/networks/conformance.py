"""The conformance suite: what every network must show. One suite, run by all.

A network brings `Samples` (see `samples.py`: a server, a way in, drafts, an outside view) and two lines:

    class TestElephant(Conformance):
        samples = ElephantSamples

Each test runs the adapter's real steps against the server through the troublemaking proxy, with a new line for each
step and the bag sent through JSON. The faults strike at every call of every step of the drafts in `samples.faulted`.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import AsyncIterator, Awaitable, Iterator
from typing import ClassVar

import aiohttp
import pytest
import structlog.testing

from postroom.networks import rules
from postroom.networks.line import Who
from postroom.networks.shape import Absent, Draft, Receipt
from postroom.networks.verdicts import Expired, Rejected, Stop
from tests.networks.drafts import at_and_over
from tests.networks.expected import FAULTS, Expectation
from tests.networks.proxy import Proxy
from tests.networks.runner import Run
from tests.networks.samples import Access, Samples
from tests.networks.table import ShapeChecks


@dataclasses.dataclass
class Stage:
    """A test's stage: the samples, a proxy before the server, a session, and one connected account."""

    samples: Samples
    upstream: str
    proxy: Proxy
    session: aiohttp.ClientSession
    access: Access

    def run(self, name_or_draft: str | Draft) -> Run:
        """Put a draft on its way, through the proxy."""
        draft = self.samples.draft(name_or_draft) if isinstance(name_or_draft, str) else name_or_draft
        line = functools.partial(self.samples.line, self.session, self.proxy.base, self.access)
        return Run(self.samples.network, line, draft)

    async def count(self) -> int:
        """How many items are public now, past adapter and proxy."""
        return await self.samples.count(self.upstream, self.access)

    async def enter(self) -> Access:
        """Connect one more account, straight at the server."""
        return await enter(self.samples, self.session, self.upstream)


async def enter(samples: Samples, session: aiohttp.ClientSession, upstream: str) -> Access:
    """Connect a fresh account as its owner would."""
    line = samples.line(session, upstream)
    line.app = await samples.app(line)
    connected = await samples.connect(line)
    identity = connected.identity
    assert identity.network_user_id, "a channel is told apart by its id on the network"
    assert identity.username
    who = Who(identity.network_user_id, identity.username, connected.server or upstream, dict(identity.learned))
    return Access(who, connected.tokens, line.app, line.memory)


class Conformance(ShapeChecks):
    """Subclass with `samples`."""

    samples: ClassVar[type[Samples]]

    @pytest.fixture(scope="class")
    @classmethod
    def world(cls) -> Iterator[tuple[Samples, str]]:
        """Run the server for the whole class."""
        samples = cls.samples()
        base = samples.start()
        yield samples, base
        samples.stop()

    @pytest.fixture
    async def stage(self, world: tuple[Samples, str]) -> AsyncIterator[Stage]:
        """Stand a proxy before the server and connect an account."""
        samples, upstream = world
        async with Proxy(upstream) as proxy, samples.session() as session:
            yield Stage(samples, upstream, proxy, session, await enter(samples, session, upstream))

    # ------------------------------------------------------ every draft gets out, once

    async def test_every_sample_is_published_once_and_can_be_found_and_removed(self, stage: Stage):
        for name in stage.samples.names:
            before, run = await stage.count(), stage.run(name)
            receipt = await run.to_the_end(tries=1)
            assert receipt.id, name
            assert receipt.url.startswith("http"), f"{name}: a receipt's address is what people click on"
            assert await stage.count() == before + 1, name
            await self._find_and_remove(stage, run, receipt, before)

    async def _find_and_remove(self, stage: Stage, run: Run, receipt: Receipt, before: int) -> None:
        network = stage.samples.network
        if network.find:
            found = await run.look()
            assert isinstance(found, Receipt), f"published, but find says {found}"
            assert found.id == receipt.id
            assert dict(found.ref) == dict(receipt.ref), "a found post must be as good to reply to as a published one"
        if network.remove:
            await network.remove(run.open_line(), receipt)
            assert await stage.count() == before, "removed, but still public"

    async def test_counters_are_told_of_what_is_there_and_of_nothing_else(self, stage: Stage):
        numbers, network = stage.samples.network.numbers, stage.samples.network
        if numbers is None or not stage.samples.tells_numbers:
            pytest.skip("no counters here")
        name = stage.samples.names[0]
        there, gone = [await stage.run(name).to_the_end(tries=1) for _ in range(2)]
        line = stage.samples.line(stage.session, stage.proxy.base, stage.access)
        if network.remove:
            await network.remove(line, gone)
        asked = (there, gone)[: numbers.at_once]
        found = await numbers.of(line, asked)
        assert set(found) == {there.id}
        assert any(
            value is not None for value in (found[there.id].likes, found[there.id].views, found[there.id].shares)
        )
        if network.remove:
            assert gone.id not in await numbers.of(line, (gone,)), "what is gone has no counters, and is no error"

    async def test_a_thread_hangs_together(self, stage: Stage):
        if not stage.samples.network.threads:
            pytest.skip("no threads here")
        before = await stage.count()
        root = await stage.run(stage.samples.names[0]).to_the_end(tries=1)
        second = await stage.run(stage.samples.reply(root, root)).to_the_end(tries=1)
        third = stage.run(stage.samples.reply(second, root))
        receipt = await third.to_the_end(tries=1)
        assert len({root.id, second.id, receipt.id}) == 3
        assert await stage.count() == before + 3
        if stage.samples.network.find:
            found = await third.look()
            assert isinstance(found, Receipt)
            assert found.id == receipt.id

    async def test_what_was_never_sent_is_surely_absent(self, stage: Stage):
        if stage.samples.network.find is None:
            pytest.skip("nothing to look with")
        for name in stage.samples.names:
            run = stage.run(name)
            assert isinstance(await run.look(), Absent), name

    # ------------------------------------------------------ limits

    async def test_the_server_keeps_the_limits_too(self, stage: Stage):
        network, learned = stage.samples.network, stage.access.who.learned
        for what in stage.samples.kept_by_server:
            rows = [row for row in network.limits if row.what == what] or pytest.fail(f"no row for {what}")
            at, over = at_and_over(stage.samples, rows[0], learned)
            assert not [problem for problem in rules.check(network, at, learned) if problem.blocks], what
            await stage.run(at).to_the_end(tries=1)
            with pytest.raises(Stop) as stopped:
                await stage.run(over).to_the_end(tries=1)
            assert isinstance(stopped.value.verdict, Rejected), f"{what}: {stopped.value.verdict}"

    # ------------------------------------------------------ faults

    @pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
    async def test_a_fault_at_any_call_gets_the_tables_verdict_and_one_post(self, stage: Stage, fault: Expectation):
        struck = 0
        for name in stage.samples.faulted or stage.samples.names:
            clean = stage.run(name)
            await clean.to_the_end(tries=1)
            for index, made in enumerate(clean.calls):
                for skip in range(made):
                    struck += await self._strike(stage, name, index, skip, fault)
        assert struck, "not one fault met a call: do the steps talk to the server at all?"

    async def _strike(self, stage: Stage, name: str, index: int, skip: int, fault: Expectation) -> int:
        before, run = await stage.count(), stage.run(name)
        while run.at < index:
            await run.one()
        step, where = run.step, f"{name}, {run.step.name}, call {skip + 1}, {fault.name}"
        stage.proxy.arm(fault.make(stage.samples), skip=skip)
        verdict = None
        try:
            await run.one()
        except Stop as stop:
            verdict = stop.verdict
        struck = stage.proxy.disarm()
        if struck:
            fault.check(verdict, step, run.receipt, where)
        if verdict is not None:
            await run.after(verdict)
        await run.to_the_end()
        assert await stage.count() == before + 1, f"{where}: not exactly one post"
        return struck

    async def test_killed_after_any_step_and_resumed_there_is_one_post(self, stage: Stage):
        for name in stage.samples.names:
            for index in range(len(stage.samples.network.steps)):
                before, run = await stage.count(), stage.run(name)
                while run.at < index and run.receipt is None:
                    await run.one()
                if run.receipt is None:
                    where = f"{name}, killed after {run.step.name}"
                    await run.one(forget=True)
                    await run.resume_after_kill()
                    await run.to_the_end()
                    assert await stage.count() == before + 1, f"{where}: not exactly one post"

    async def test_a_server_that_is_not_there_means_retry(self, stage: Stage):
        async with Proxy("http://127.0.0.1:1") as gone:
            address = gone.base
        for name in stage.samples.faulted or stage.samples.names:
            clean = stage.run(name)
            await clean.to_the_end(tries=1)
            for index, made in enumerate(clean.calls):
                run = stage.run(name)
                while run.at < index:
                    await run.one()
                run.open_line = functools.partial(stage.samples.line, stage.session, address, stage.access)
                if made:
                    with pytest.raises(Stop) as stopped:
                        await run.one()
                    assert type(stopped.value.verdict).__name__ == "Retry", f"{name}: {stopped.value.verdict}"

    # ------------------------------------------------------ connecting

    async def test_the_way_in_tells_who_it_is(self, stage: Stage):
        identity = await stage.samples.network.connecting.whoami(
            stage.samples.line(stage.session, stage.proxy.base, stage.access)
        )
        assert identity.network_user_id == stage.access.who.network_user_id
        assert identity.username == stage.access.who.username
        own = f"{stage.samples.network.name}."
        unknown = {name for name in identity.learned if name not in rules.WHATS and not name.startswith(own)}
        assert not unknown, f"what is learned is named as in the limits, or begins with {own!r}: {unknown}"

    async def test_a_refreshed_token_opens_the_channel(self, stage: Stage):
        connecting = stage.samples.network.connecting
        if connecting.refresh is None:
            pytest.skip("tokens don't expire here")
        line = stage.samples.line(stage.session, stage.proxy.base, stage.access)
        old = stage.access.tokens
        new = await connecting.refresh(line, old, line.now())
        assert (new.access, new.refresh) != (old.access, old.refresh), "refreshed, but nothing is new"
        assert not stage.samples.rotates_refresh or new.refresh != old.refresh
        assert new.refresh, "without a refresh token this was the last refresh"
        assert new.expires_at is None or new.expires_at > line.now()
        stage.access.tokens = new
        await stage.run(stage.samples.names[0]).to_the_end(tries=1)

    async def test_a_revoked_connection_is_dead(self, stage: Stage):
        connecting, access = stage.samples.network.connecting, await stage.enter()
        if connecting.revoke is None:
            pytest.skip("nothing to revoke here")
        await connecting.revoke(stage.samples.line(stage.session, stage.proxy.base, access), access.tokens)
        line = stage.samples.line(stage.session, stage.proxy.base, access)
        use: Awaitable[object]
        if stage.samples.revoking_ends_access or connecting.refresh is None:
            use = connecting.whoami(line)
        else:
            use = connecting.refresh(line, access.tokens, line.now())
        with pytest.raises(Stop) as stopped:
            await use
        assert isinstance(stopped.value.verdict, Expired), stopped.value.verdict

    async def test_a_dead_refresh_token_asks_for_reconnecting(self, stage: Stage):
        connecting = stage.samples.network.connecting
        if connecting.refresh is None:
            pytest.skip("tokens don't expire here")
        dead = dataclasses.replace(stage.access.tokens, refresh="dead-" + (stage.access.tokens.refresh or "")[5:])
        stage.access.tokens = dead
        line = stage.samples.line(stage.session, stage.proxy.base, stage.access)
        with pytest.raises(Stop) as stopped:
            await connecting.refresh(line, dead, line.now())
        verdict = stopped.value.verdict
        assert isinstance(verdict, Expired), verdict
        assert not verdict.refreshable, "refreshing what can't be refreshed goes round in circles"

    async def test_a_dead_token_is_expired_in_every_step_that_calls(self, stage: Stage):
        name = (stage.samples.faulted or stage.samples.names)[0]
        clean = stage.run(name)
        await clean.to_the_end(tries=1)
        for index, made in enumerate(clean.calls):
            alive, run = stage.access.tokens, stage.run(name)
            while run.at < index:
                await run.one()
            stage.access.tokens = stage.samples.dead(alive)
            if made:
                with pytest.raises(Stop) as stopped:
                    await run.one()
                assert isinstance(stopped.value.verdict, Expired), f"{run.step.name}: {stopped.value.verdict}"
            stage.access.tokens = alive

    # ------------------------------------------------------ secrets

    async def test_secrets_and_unpublished_text_reach_no_log_and_no_error(self, stage: Stage):
        tokens, app = stage.access.tokens, stage.access.app
        secrets = [tokens.access, tokens.refresh, *tokens.extra.values(), app.client_secret if app else None]
        kept = [secret for secret in secrets if secret and len(secret) > 8]
        assert kept, "a channel without any secret proves nothing"
        with structlog.testing.capture_logs() as lines:
            said = await self._say_everything(stage, kept)
        draft = stage.samples.draft(stage.samples.names[0])
        everything = "\n".join([*map(str, lines), *said, repr(tokens), str(tokens), repr(app)])
        assert lines, "the line logs its calls"
        for secret in kept:
            assert secret not in everything
        assert draft.text[:20] not in "\n".join(map(str, lines))

    async def _say_everything(self, stage: Stage, secrets: list[str]) -> list[str]:
        """Publish, and meet every fault with the secrets echoed in the server's answer; gather what errors say."""
        said: list[str] = []
        await stage.run(stage.samples.names[0]).to_the_end(tries=1)
        echo = ('{"error": "' + " ".join(secrets) + '", "message": "' + " ".join(secrets) + '"}').encode()
        for fault in FAULTS:
            made = dataclasses.replace(fault.make(stage.samples), body=echo)
            stage.proxy.arm(made)
            try:
                await stage.run(stage.samples.names[0]).to_the_end(tries=1)
            except Stop as stop:
                said += [str(stop), repr(stop), repr(stop.verdict)]
            stage.proxy.disarm()
        return said


__all__ = ["Access", "Conformance", "Samples", "Stage"]
