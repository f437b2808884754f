"""Questions about brands: lists, one of them, and when its next slot is free."""

from collections.abc import Callable, Container, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from postroom.brands.models import Brand, Niche, PostingSlot
from postroom.brands.slots import WeeklyTime
from postroom.workspaces.actors import Actor, seeing
from postroom.workspaces.errors import NotFound
from postroom.workspaces.permissions import Permission

LOOK_AHEAD: Final = timedelta(days=730)
"""How far ahead a free slot is looked for."""


def brands(
    actor: Actor, *, status: str | None = None, after: UUID | None = None, limit: int | None = None
) -> list[Brand]:
    """The brands this actor sees, in the order they were made; `after`: the id of the last one of the page before."""
    actor.demand(Permission.BRANDS_READ)
    wanted = Q(workspace_id=actor.workspace_id)
    if actor.brand_ids is not None:
        wanted &= Q(id__in=actor.brand_ids)
    if status is not None:
        wanted &= Q(status=status)
    if after is not None:
        wanted &= Q(id__gt=after)
    with seeing(actor):
        return list(Brand.objects.filter(wanted).select_related("niche").order_by("id")[:limit])


def one_brand(actor: Actor, brand_id: UUID) -> Brand:
    """A brand by its id. NotFound also for one this actor doesn't see."""
    actor.demand(Permission.BRANDS_READ)
    with seeing(actor):
        return _seen(actor, Q(id=brand_id), brand_id)


def brand_by_slug(actor: Actor, slug: str) -> Brand:
    """A brand by its slug: how the command line names them. NotFound also for one this actor doesn't see."""
    actor.demand(Permission.BRANDS_READ)
    with seeing(actor):
        return _seen(actor, Q(slug=slug), slug)


def niches(actor: Actor) -> list[Niche]:
    """The workspace's niches by name."""
    actor.demand(Permission.BRANDS_READ)
    with seeing(actor):
        return list(Niche.objects.order_by("name", "id"))


def slots(actor: Actor, brand_id: UUID, *, channel_id: UUID | None = None) -> list[PostingSlot]:
    """The slots of a brand; with `channel_id`, that channel's own."""
    actor.demand(Permission.BRANDS_READ)
    with seeing(actor):
        brand = _seen(actor, Q(id=brand_id), brand_id)
        return list(PostingSlot.objects.filter(brand=brand, channel_id=channel_id))


def next_free_slot(
    actor: Actor,
    brand_id: UUID,
    *,
    after: datetime,
    taken: Container[datetime] | Callable[[datetime], bool] = (),
    channel_id: UUID | None = None,
) -> datetime | None:
    """The first moment (UTC) later than `after` at which a slot is not taken; None without slots or within LOOK_AHEAD.

    A channel with slots of its own has only those; any other has its brand's. `taken`: the moments in UTC at which
    something goes out already (posts lie above), or a function that tells of one.
    """
    actor.demand(Permission.BRANDS_READ)
    with seeing(actor):
        brand = _seen(actor, Q(id=brand_id), brand_id)
        slots_of_both = PostingSlot.objects.filter(Q(channel_id=channel_id) | Q(channel_id=None), brand=brand)
        found = list(slots_of_both.values_list("channel_id", "weekday", "local_time"))
    own = [slot for slot in found if slot[0] is not None]
    weekly = [WeeklyTime(weekday, local_time) for _, weekday, local_time in own or found]
    is_taken = taken if callable(taken) else taken.__contains__
    moments = slot_moments(weekly, ZoneInfo(brand.time_zone), after=after)
    return next((moment for moment in moments if not is_taken(moment)), None)


def slot_moments(weekly: Iterable[WeeklyTime], zone: ZoneInfo, *, after: datetime) -> Iterator[datetime]:
    """Yield the moments (UTC) of weekly slots later than `after`, in order, each once, up to LOOK_AHEAD.

    A local time that the clocks jump over is taken as much later as they jump (02:30 becomes 03:30); of one that
    comes twice the first is taken.
    """
    by_day: dict[int, list[WeeklyTime]] = {}
    for one in sorted(set(weekly)):
        by_day.setdefault(one.weekday, []).append(one)
    start = after.astimezone(zone).date()
    last = after.astimezone(UTC)
    for days in range(LOOK_AHEAD.days + 1):
        day = start + timedelta(days=days)
        local = [datetime.combine(day, one.local_time, zone) for one in by_day.get(day.weekday(), ())]
        # In UTC they may come in another order than on the clock: around a jump 02:30 is later than 03:00.
        for moment in sorted({one.astimezone(UTC) for one in local}):
            if moment > last:
                last = moment
                yield moment


def _seen(actor: Actor, which: Q, wanted: object) -> Brand:
    brand = Brand.objects.filter(which, workspace_id=actor.workspace_id).select_related("niche").first()
    if brand is None or not actor.sees_brand(brand.id):
        raise NotFound("brand", wanted)
    return brand
