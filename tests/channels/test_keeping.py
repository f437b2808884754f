import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from django.db import OperationalError, connection

from postroom.channels import keeping, lines, queries
from postroom.channels.checking import check_channel
from postroom.channels.disconnecting import disconnect_channel
from postroom.channels.keeping import (
    LONGEST_PAUSE,
    Outcome,
    Refreshed,
    due_refreshes,
    keeper_of,
    mark_expired,
    refresh_channel,
    refresh_due,
    refresh_now,
)
from postroom.channels.models import Channel, Credential
from postroom.database.tenancy import scope
from postroom.events.models import ActivityLog, Event
from postroom.networks.verdicts import Expired, Limited, Rejected, Retry, Unsure, Verdict
from postroom.workspaces.actors import acting, seeing
from postroom.workspaces.errors import BadInput, NotAllowed, NotFound
from tests.channels.toy import LOST, SECRETS, Toy
from tests.make.workspaces import NOW, Cast

Connect = Callable[..., Channel]


def refresh(cast: Cast, channel: Channel, *, now: datetime = NOW, **more: Any) -> Refreshed:
    keeper = keeper_of(cast.workspace.id)
    return async_to_sync(refresh_channel)(actor=keeper, channel_id=channel.id, now=now, **more)


def credential(cast: Cast, channel: Channel) -> Credential:
    with seeing(cast.owner):
        return Credential.objects.get(channel=channel)


def opened(cast: Cast, channel: Channel) -> lines.Opened:
    with seeing(cast.owner):
        found = lines.open_channel(channel.id)
    assert found is not None
    return found


def events(cast: Cast, **which: Any) -> list[tuple[str, int]]:
    with seeing(cast.owner):
        return list(Event.objects.filter(**which).order_by("created_at").values_list("type", "times"))


def test_a_key_is_renewed_and_stored_before_anybody_gets_it(cast: Cast, toy: Toy, connect: Connect) -> None:
    channel = connect()
    answer = refresh(cast, channel)
    assert answer.outcome is Outcome.REFRESHED
    assert answer.opened
    assert answer.opened == replace(opened(cast, channel), memory=answer.opened.memory)
    assert answer.opened.tokens
    assert answer.opened.tokens.access == "hush-access-2"
    kept = credential(cast, channel)
    assert (kept.generation, kept.refreshing_until, kept.refresh_failures) == (2, None, 0)
    assert kept.refresh_at
    assert kept.expires_at
    assert kept.refresh_at <= kept.expires_at - timedelta(seconds=600)


@pytest.mark.parametrize("among", ["tasks", "threads"])
def test_of_many_at_once_exactly_one_asks_the_network(cast: Cast, toy: Toy, connect: Connect, among: str) -> None:
    channel = connect()
    seen = opened(cast, channel).generation
    outcomes: list[Outcome] = []

    async def linger() -> None:
        await asyncio.sleep(0.05)

    toy.during = linger

    async def one() -> None:
        answer = await refresh_channel(actor=keeper_of(cast.workspace.id), channel_id=channel.id, now=NOW, seen=seen)
        outcomes.append(answer.outcome)

    async def several() -> None:
        await asyncio.gather(*(one() for _ in range(8)))

    def alone() -> None:
        try:
            async_to_sync(one)()
        finally:
            connection.close()

    if among == "tasks":
        async_to_sync(several)()
    else:
        threads = [threading.Thread(target=alone) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(toy.refreshes) == 1
    assert len(outcomes) == 8
    assert outcomes.count(Outcome.REFRESHED) == 1
    assert set(outcomes) <= {Outcome.REFRESHED, Outcome.BUSY, Outcome.FRESH}


def test_who_comes_late_gets_the_new_key_without_asking(cast: Cast, toy: Toy, connect: Connect) -> None:
    channel = connect()
    refresh(cast, channel, seen=1)
    late = refresh(cast, channel, seen=1)
    assert late.outcome is Outcome.FRESH
    assert late.opened
    assert late.opened.generation == 2
    assert len(toy.refreshes) == 1


def test_a_lock_left_by_a_dead_process_ends(cast: Cast, toy: Toy, connect: Connect) -> None:
    channel = connect()
    with acting(cast.owner):
        Credential.objects.filter(channel=channel).update(refreshing_until=NOW + timedelta(seconds=10))
    assert refresh(cast, channel).outcome is Outcome.BUSY
    assert refresh(cast, channel, now=NOW + timedelta(seconds=11)).outcome is Outcome.REFRESHED


@pytest.mark.parametrize(
    "trouble",
    [LOST, Limited("slow down", NOW + timedelta(minutes=3)), Unsure("no idea"), TimeoutError(), KeyError("ours")],
    ids=lambda trouble: type(trouble).__name__,
)
def test_a_transient_failure_is_not_a_dead_key(
    cast: Cast, toy: Toy, connect: Connect, trouble: Verdict | Exception
) -> None:
    channel = connect()
    toy.trouble = [trouble]
    assert refresh(cast, channel).outcome is Outcome.LATER
    kept = credential(cast, channel)
    assert (kept.refreshing_until, kept.refresh_failures, kept.generation) == (None, 1, 1)
    assert kept.refresh_at
    assert NOW < kept.refresh_at <= NOW + LONGEST_PAUSE
    row = queries.one_channel(cast.owner, channel.id)
    assert (row.status, row.health, row.error_count) == ("active", "degraded", 1)
    assert refresh(cast, channel).outcome is Outcome.REFRESHED
    row = queries.one_channel(cast.owner, channel.id)
    assert (row.status, row.health, row.error_count) == ("active", "healthy", 0)


def test_it_goes_on_trying_after_the_end_of_the_key_and_says_so_once(cast: Cast, toy: Toy, connect: Connect) -> None:
    channel = connect()
    toy.trouble = [LOST] * 7
    now = datetime.now(UTC) + timedelta(days=2)
    for _ in range(7):
        assert due(cast, now) == [channel.id]
        assert refresh(cast, channel, now=now).outcome is Outcome.LATER
        assert due(cast, now) == []
        now += LONGEST_PAUSE * 2
    assert events(cast, resolved_at=None) == [("channel.unreachable", 3)]
    assert refresh(cast, channel, now=now).outcome is Outcome.REFRESHED
    assert events(cast, resolved_at=None) == []


def due(cast: Cast, now: datetime) -> list[Any]:
    with scope(workspace_id=cast.workspace.id):
        return [channel_id for _, channel_id in due_refreshes(now)]


@pytest.mark.parametrize(
    "trouble", [Rejected("invalid_grant"), Expired("401"), Expired("revoked", refreshable=False)], ids=repr
)
def test_a_real_refusal_ends_the_key_and_is_told(cast: Cast, toy: Toy, connect: Connect, trouble: Verdict) -> None:
    channel = connect()
    toy.trouble = [trouble]
    answer = refresh(cast, channel)
    assert (answer.outcome, answer.why) == (Outcome.REFUSED, trouble.why)
    row = queries.one_channel(cast.owner, channel.id)
    assert (row.status, row.status_reason, row.health) == ("expired", trouble.why, "unhealthy")
    assert events(cast, channel_id=channel.id) == [("channel.expired", 1)]
    with seeing(cast.owner):
        told = ActivityLog.objects.get(subject_id=channel.id, what="channel.status")
    assert (told.from_state, told.to_state, told.why) == ("active", "expired", trouble.why)
    assert (told.actor_kind, told.actor_name) == ("scheduler", "Token keeper")
    assert due(cast, NOW + timedelta(days=99)) == [], "a dead key is not tried again by itself"
    connect()
    assert events(cast, resolved_at=None) == []
    assert queries.one_channel(cast.owner, channel.id).status == "active"


def test_a_lost_answer_is_survived_where_the_network_allows_it(cast: Cast, toy: Toy, connect: Connect) -> None:
    channel = connect()
    toy.lose_answers, toy.grace = 1, True
    assert refresh(cast, channel).outcome is Outcome.LATER
    assert refresh(cast, channel).outcome is Outcome.REFRESHED
    assert toy.refreshes == ["hush-refresh-1", "hush-refresh-1"]


def test_a_lost_answer_is_told_where_the_network_does_not(cast: Cast, toy: Toy, connect: Connect) -> None:
    channel = connect()
    toy.lose_answers = 1
    assert refresh(cast, channel).outcome is Outcome.LATER
    assert refresh(cast, channel).outcome is Outcome.REFUSED
    assert queries.one_channel(cast.owner, channel.id).status == "expired"


def test_who_reconnects_meanwhile_wins(cast: Cast, toy: Toy, connect: Connect) -> None:
    channel = connect()

    async def reconnect() -> None:
        toy.generation, toy.during = 10, None
        await lines.in_thread(_stores_newer)(cast, channel, toy)

    for trouble in ([], [Expired("revoked", refreshable=False)]):
        before = credential(cast, channel).generation
        toy.during, toy.trouble = reconnect, []
        if trouble:
            toy.during = _and_then(reconnect, trouble[0])
        assert refresh(cast, channel).outcome is Outcome.FRESH
        kept = opened(cast, channel)
        assert kept.generation == before + 1
        assert kept.tokens
        assert kept.tokens.access == "hush-access-10"
        assert queries.one_channel(cast.owner, channel.id).status == "active"
        toy.current_refresh = str(kept.tokens.refresh)


def _and_then(work: Callable[[], Any], verdict: Verdict) -> Callable[[], Any]:
    from postroom.networks.verdicts import Stop

    async def both() -> None:
        await work()
        raise Stop(verdict)

    return both


def _stores_newer(cast: Cast, channel: Channel, toy: Toy) -> None:
    from postroom.channels.credentials import store_tokens

    with acting(cast.owner):
        store_tokens(channel, toy.tokens(), connecting=toy.network().connecting)


def test_a_new_key_is_not_lost_when_the_database_is_away(
    cast: Cast, toy: Toy, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = connect()
    store, away = keeping._store, [1, 2, 3]

    def stumble(*args: Any) -> Refreshed:
        if away:
            away.pop()
            raise OperationalError("the server closed the connection")
        return store(*args)

    monkeypatch.setattr(keeping, "_store", stumble)
    assert refresh(cast, channel).outcome is Outcome.REFRESHED
    assert opened(cast, channel).generation == 2
    assert len(toy.refreshes) == 1


def test_a_new_key_is_stored_even_if_the_caller_is_cancelled(cast: Cast, toy: Toy, connect: Connect) -> None:
    channel = connect()

    async def cancelled() -> None:
        asked = asyncio.Event()

        async def during() -> None:
            asked.set()
            await asyncio.sleep(0)

        toy.during = during
        work = asyncio.ensure_future(
            refresh_channel(actor=keeper_of(cast.workspace.id), channel_id=channel.id, now=NOW)
        )
        await asked.wait()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    async_to_sync(cancelled)()
    assert opened(cast, channel).generation == 2


def test_what_is_due_is_renewed(cast: Cast, toy: Toy, connect: Connect) -> None:
    channel = connect()
    later = datetime.now(UTC) + timedelta(minutes=55)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "due_refreshes", lambda now, limit: [(cast.workspace.id, channel.id)])
        assert async_to_sync(refresh_due)(now=lambda: later) == 1
    assert opened(cast, channel).generation == 2


def test_no_network_is_asked_inside_a_transaction(cast: Cast, toy: Toy, connect: Connect) -> None:
    channel = connect()
    wanted: dict[str, Any] = {"actor": cast.owner, "channel_id": channel.id, "now": NOW}
    for verb in (refresh_now, check_channel, disconnect_channel):
        with pytest.raises(RuntimeError), acting(cast.owner):
            verb(**wanted)
    with pytest.raises(RuntimeError), acting(cast.owner):
        connect()
    assert (toy.refreshes, toy.revoked) == ([], [])


def test_a_disconnected_channel_is_left_alone(cast: Cast, toy: Toy, connect: Connect) -> None:
    channel = connect()
    disconnect_channel(actor=cast.owner, channel_id=channel.id, now=NOW)
    with pytest.raises(NotFound):
        refresh(cast, channel)
    assert due(cast, NOW + timedelta(days=99)) == []
    assert toy.refreshes == []


def test_a_disconnection_during_a_refresh_is_final(cast: Cast, toy: Toy, connect: Connect) -> None:
    channel = connect()

    def let_go() -> None:
        with acting(cast.owner):
            Credential.objects.filter(channel=channel).delete()
            Channel.objects.filter(id=channel.id).update(status="revoked", deleted_at=NOW)

    async def during() -> None:
        await lines.in_thread(let_go)()

    toy.during = during
    assert refresh(cast, channel).outcome is Outcome.IMPOSSIBLE
    with seeing(cast.owner):
        assert not Credential.objects.exists()


def test_a_key_that_does_not_open_is_not_a_dead_one(cast: Cast, toy: Toy, connect: Connect) -> None:
    channel = connect()
    with acting(cast.owner):
        Credential.objects.filter(channel=channel).update(sealed=b"\x01 altered")
    answer = refresh(cast, channel)
    assert answer.outcome is Outcome.LATER
    assert queries.one_channel(cast.owner, channel.id).status == "active"


def test_the_engine_is_told_of_a_dead_key_once(cast: Cast, toy: Toy, connect: Connect) -> None:
    channel = connect()
    keeper = keeper_of(cast.workspace.id)
    words: dict[str, Any] = {"why": "401 \x00" + "x" * 5000, "now": NOW}
    assert mark_expired(actor=keeper, channel_id=channel.id, seen=1, **words)
    assert not mark_expired(actor=keeper, channel_id=channel.id, seen=1, **words)
    connect()
    assert not mark_expired(actor=keeper, channel_id=channel.id, seen=1, **words), "there is a newer key"
    assert queries.one_channel(cast.owner, channel.id).status == "active"


def test_a_network_that_says_our_secrets_after_us_is_not_quoted(cast: Cast, toy: Toy, connect: Connect) -> None:
    channel = connect()
    toy.trouble = [Retry("bad token hush-access-1, or hush-refresh-1")]
    answer = refresh(cast, channel)
    row = queries.one_channel(cast.owner, channel.id)
    assert answer.why == row.last_error == "bad token …, or …"


def test_no_secret_is_logged(cast: Cast, toy: Toy, connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    channel = connect()
    toy.trouble = [KeyError("ours"), Retry("later")]
    answers = [refresh(cast, channel) for _ in range(3)]
    for secret in SECRETS:
        assert secret not in caplog.text
        assert secret not in repr(answers)


@pytest.mark.bad_input(
    "channels.keeping.refresh_channel", "channels.keeping.refresh_now", "channels.keeping.mark_expired"
)
def test_what_is_no_channel_is_not_renewed(cast: Cast) -> None:
    for channel_id, error in [(uuid4(), NotFound), ("nonsense", BadInput)]:
        wanted: dict[str, Any] = {"actor": cast.owner, "channel_id": channel_id, "now": NOW}
        for verb in (refresh_now, async_to_sync(refresh_channel)):
            with pytest.raises(error):
                verb(**wanted)
        with pytest.raises(error):
            mark_expired(why="dead", **wanted)


@pytest.mark.outsider(
    "channels.keeping.refresh_channel", "channels.keeping.refresh_now", "channels.keeping.mark_expired"
)
def test_an_outsider_renews_nothing(cast: Cast, toy: Toy, connect: Connect) -> None:
    channel = connect()
    for actor, error in [(cast.outsider, NotFound), (cast.viewer, NotAllowed), (cast.editor, NotAllowed)]:
        wanted: dict[str, Any] = {"actor": actor, "channel_id": channel.id, "now": NOW}
        for verb in (refresh_now, async_to_sync(refresh_channel)):
            with pytest.raises(error):
                verb(**wanted)
        with pytest.raises(error):
            mark_expired(why="dead", **wanted)
    assert toy.refreshes == []
    assert queries.one_channel(cast.owner, channel.id).status == "active"
