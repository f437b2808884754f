"""The token keeper: renews a channel's key early, once for all who need it, and loses none.

One refresh at a time per channel, over all processes: a conditional UPDATE takes `refreshing_until`, no transaction is
open during the call, and the new token is stored before anybody gets it. What is transient is not a dead key: it is
tried again, until the old key ends and after.
"""

import asyncio
import enum
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

import aiohttp
import structlog
from asgiref.sync import async_to_sync
from django.db import InterfaceError, OperationalError
from django.db.models import F, Q

from postroom.channels.credentials import columns_of, seal_tokens
from postroom.channels.lines import Opened, a_session, demand_no_transaction, guard, in_thread, open_channel
from postroom.channels.models import Channel, Credential
from postroom.channels.opening import open_for_change
from postroom.channels.states import Status
from postroom.channels.troubles import call_failed, call_worked, in_words, key_died
from postroom.events.models import ActorKind
from postroom.kit.secrets import CannotOpen, KeyRingProblem
from postroom.networks.shape import Tokens
from postroom.networks.verdicts import Expired, Limited, Rejected, Retry, Stop, Verdict
from postroom.workspaces.actors import Actor, acting
from postroom.workspaces.permissions import Permission

T = TypeVar("T")
log = structlog.get_logger("postroom.channels")

HELD_FOR: Final = timedelta(seconds=180)
"""How long a refresh holds its lock at most: longer than CALL and the time to store its answer."""
CALL_SECONDS: Final = 60
STORE_SECONDS: Final = 100
"""How long storing a new token is tried when the database doesn't answer: it may be the only copy."""
LONGEST_PAUSE: Final = timedelta(minutes=15)
LONGEST_WAIT: Final = timedelta(days=1)
"""However long a network asks us to wait, once a day we look."""
LEEWAY: Final = timedelta(seconds=5)
_random: Final = random.SystemRandom()


class Outcome(enum.StrEnum):
    """How an attempt to renew a key ended."""

    REFRESHED = "refreshed"
    FRESH = "fresh"
    """Somebody else was faster: the key in the database is newer than the one the caller has seen."""
    BUSY = "busy"
    """Somebody else is renewing it at this moment; look again in a second or two."""
    LATER = "later"
    """The network couldn't be asked. The key is not dead; the keeper goes on trying."""
    REFUSED = "refused"
    """The network doesn't take the key any more; the owner has to reconnect."""
    IMPOSSIBLE = "impossible"
    """There is no key to renew, or this network renews none."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The outcome, why, and what opens the channel now (after REFRESHED and FRESH)."""

    outcome: Outcome
    why: str = ""
    opened: Opened | None = None


def keeper_of(workspace_id: UUID) -> Actor:
    """The keeper as the history shows it."""
    return Actor.system(workspace_id, name="Token keeper", kind=ActorKind.SCHEDULER)


async def refresh_channel(
    *,
    actor: Actor,
    channel_id: UUID,
    now: datetime,
    seen: int | None = None,
    session: aiohttp.ClientSession | None = None,
) -> Refreshed:
    """Renew a channel's key. `seen`: the generation (`Opened.generation`) that wasn't accepted; a newer one is taken.

    Once the network was asked the answer is stored even if the caller is cancelled. Raises NotFound, NotAllowed.
    """
    taken = await in_thread(_take)(actor, channel_id, now, seen)
    if isinstance(taken, Refreshed):
        return taken
    work = asyncio.ensure_future(_renew(actor, taken, now, session))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait([work])
        raise


def refresh_now(*, actor: Actor, channel_id: UUID, now: datetime) -> Refreshed:
    """Renew a channel's key because a person asks for it; see `refresh_channel`."""
    return async_to_sync(refresh_channel)(actor=actor, channel_id=channel_id, now=now)


def mark_expired(*, actor: Actor, channel_id: UUID, why: str, now: datetime, seen: int | None = None) -> bool:
    """Note that a channel's key is dead: what is scheduled waits for its owner. False if that is known, or not so.

    `seen`: the generation of the key that wasn't accepted; nothing happens when there is a newer one.
    Raises NotFound, NotAllowed.
    """
    reason = in_words(why)
    with acting(actor.because(reason)):
        channel = open_for_change(actor, channel_id, Permission.CHANNELS_EDIT)
        newer = seen is not None and Credential.objects.filter(channel=channel, generation__gt=seen).exists()
        return not newer and key_died(channel, reason, now)


def due_refreshes(now: datetime, *, limit: int = 200) -> list[tuple[UUID, UUID]]:
    """Which keys are to be renewed now, as (workspace, channel), the most urgent first? As the engine."""
    found = (
        Credential.objects.filter(refresh_at__lte=now, channel__deleted_at=None)
        .filter(Q(refreshing_until=None) | Q(refreshing_until__lte=now))
        .filter(channel__status__in=(Status.ACTIVE, Status.ERROR, Status.PENDING))
        .order_by("refresh_at")
        .values_list("workspace_id", "channel_id")
    )
    return list(found[:limit])


async def refresh_due(*, now: Callable[[], datetime], at_once: int = 20, limit: int = 200) -> int:
    """Renew what is due, a few at once; answers how many were renewed. As the engine."""
    due = await in_thread(due_refreshes)(now(), limit=limit)
    turn = asyncio.Semaphore(at_once)

    async def one(workspace_id: UUID, channel_id: UUID, session: aiohttp.ClientSession) -> bool:
        async with turn:
            try:
                answer = await refresh_channel(
                    actor=keeper_of(workspace_id), channel_id=channel_id, now=now(), session=session
                )
            except Exception:
                log.exception("a key was not renewed", channel=str(channel_id))
                return False
            return answer.outcome is Outcome.REFRESHED

    if not due:
        return 0
    async with a_session() as session:
        return sum(await asyncio.gather(*(one(*which, session) for which in due)))


# ------------------------------------------------------------ the steps


def _take(actor: Actor, channel_id: UUID, now: datetime, seen: int | None) -> Opened | Refreshed:
    """Take the lock, and what is to be renewed with it; or say why there is nothing to do."""
    demand_no_transaction()
    with acting(actor):
        channel = open_for_change(actor, channel_id, Permission.CHANNELS_EDIT)
        try:
            opened = open_channel(channel.id)
        except (CannotOpen, KeyRingProblem) as error:
            call_failed(channel, str(error), now)
            Credential.objects.filter(channel=channel).update(refresh_at=now + LONGEST_PAUSE)
            return Refreshed(Outcome.LATER, str(error))
        if opened is None or opened.tokens is None or opened.network.connecting.refresh is None:
            return Refreshed(Outcome.IMPOSSIBLE, "There is no key that could be renewed.")
        if seen is not None and opened.generation > seen:
            return Refreshed(Outcome.FRESH, opened=opened)
        free = Q(refreshing_until=None) | Q(refreshing_until__lte=now)
        mine = Credential.objects.filter(free, channel=channel, generation=opened.generation)
        if not mine.update(refreshing_until=now + HELD_FOR):
            return Refreshed(Outcome.BUSY, "The key is being renewed at this moment.")
        return opened


async def _renew(actor: Actor, opened: Opened, now: datetime, session: aiohttp.ClientSession | None) -> Refreshed:
    """Ask the network, then store what came of it."""
    tokens, verdict = None, None
    try:
        tokens = await _ask(opened, now, session)
    except Stop as stop:
        verdict = stop.verdict
    except TimeoutError:
        verdict = Retry("the network took too long to renew the key")
    except Exception as error:
        log.exception("a mistake of ours in renewing a key", channel=str(opened.channel_id))
        verdict = Retry(f"a mistake of ours ({type(error).__name__})")
    if tokens is not None:
        return await _insist(lambda: _store(actor, opened, tokens, now))
    assert verdict is not None  # noqa: S101 - without tokens there is a verdict, for mypy
    return await _insist(lambda: _note(actor, opened, verdict, now))


async def _ask(opened: Opened, now: datetime, session: aiohttp.ClientSession | None) -> Tokens:
    refresh, tokens = opened.network.connecting.refresh, opened.tokens
    assert refresh is not None and tokens is not None  # noqa: S101, PT018 - checked by _take, for mypy
    async with asyncio.timeout(CALL_SECONDS), a_session(session) as own:
        return await refresh(opened.line(own, guard()), tokens, now)


async def _insist(step: Callable[[], T]) -> T:
    """Run a step on the database, again and again while it can't be reached."""
    loop = asyncio.get_running_loop()
    until, pause = loop.time() + STORE_SECONDS, 0.1
    while True:
        try:
            return await in_thread(step)()
        except (OperationalError, InterfaceError):
            if loop.time() > until:
                raise
            await asyncio.sleep(pause)
            pause = min(pause * 2, 2.0)


def _store(actor: Actor, opened: Opened, tokens: Tokens, now: datetime) -> Refreshed:
    """Store the new key, unless the owner reconnected meanwhile; then theirs counts."""
    with acting(actor):
        sealed = seal_tokens(tokens, workspace_id=opened.workspace_id, channel_id=opened.channel_id)
        columns = columns_of(tokens, sealed, connecting=opened.network.connecting)
        won = Credential.objects.filter(channel_id=opened.channel_id, generation=opened.generation).update(
            **columns, generation=F("generation") + 1
        )
        fresh = open_channel(opened.channel_id)
        if fresh is None or fresh.tokens is None:
            return Refreshed(Outcome.IMPOSSIBLE, "The channel was disconnected meanwhile.")
        if won:
            call_worked(Channel.objects.get(id=opened.channel_id), actor, now)
        return Refreshed(Outcome.REFRESHED if won else Outcome.FRESH, opened=fresh)


def _note(actor: Actor, opened: Opened, verdict: Verdict, now: datetime) -> Refreshed:
    """Note a failure: a refusal ends the key, everything else is tried again later."""
    why = in_words(verdict.why, opened)
    with acting(actor.because(why)):
        credential = (
            Credential.objects.select_for_update()
            .filter(channel_id=opened.channel_id, generation=opened.generation)
            .first()
        )
        if credential is None:
            return Refreshed(Outcome.FRESH, opened=open_channel(opened.channel_id))
        channel = Channel.objects.get(id=opened.channel_id)
        if isinstance(verdict, Rejected | Expired):
            key_died(channel, why, now)
            return Refreshed(Outcome.REFUSED, why)
        credential.refresh_failures += 1
        credential.refreshing_until = None
        credential.refresh_at = _try_again(credential.refresh_failures, verdict, now)
        credential.save(update_fields=["refresh_failures", "refreshing_until", "refresh_at"])
        call_failed(channel, why, now)
        return Refreshed(Outcome.LATER, why)


def _try_again(failures: int, verdict: Verdict, now: datetime) -> datetime:
    """When to try again: 15 s, 30 s, … up to LONGEST_PAUSE, with jitter; when the network says, if it says."""
    if isinstance(verdict, Limited) and verdict.until is not None:
        return min(max(verdict.until, now + LEEWAY), now + LONGEST_WAIT)
    if isinstance(verdict, Retry) and verdict.after is not None:
        seconds = min(max(verdict.after, LEEWAY.total_seconds()), LONGEST_WAIT.total_seconds())
        return now + timedelta(seconds=seconds)
    pause = min(timedelta(seconds=15 * 2 ** min(failures - 1, 10)), LONGEST_PAUSE)
    return now + pause * _random.uniform(0.8, 1.2)
