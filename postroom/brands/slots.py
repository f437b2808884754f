"""Posting slots: the weekly times at which something goes out, for a whole brand or for one of its channels."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final
from uuid import UUID

from postroom.brands.editing import open_brand
from postroom.brands.models import PostingSlot
from postroom.events.recording import record
from postroom.workspaces import values
from postroom.workspaces.actors import Actor, acting
from postroom.workspaces.errors import BadInput
from postroom.workspaces.permissions import Permission

AT_MOST: Final = 7 * 96


@dataclass(frozen=True, slots=True, order=True)
class WeeklyTime:
    """A time of the week: weekday 0 (Monday) to 6 (Sunday), and the brand's local time."""

    weekday: int
    local_time: time


def set_slots(
    *,
    actor: Actor,
    brand_id: UUID,
    times: Iterable[WeeklyTime],
    now: datetime,
    channel_id: UUID | None = None,
) -> list[PostingSlot]:
    """Put these slots in place of all that a brand has, or of those for one of its channels alone.

    A channel without slots of its own follows its brand's. Raises BadInput, NotAllowed, NotFound.
    """
    del now
    wanted = _read(times)
    channel = None if channel_id is None else values.identifier("channel_id", channel_id)
    with acting(actor):
        brand = open_brand(actor, brand_id, Permission.BRANDS_EDIT)
        PostingSlot.objects.filter(brand=brand, channel_id=channel).delete()
        made = PostingSlot.objects.bulk_create(
            PostingSlot(
                workspace_id=actor.workspace_id,
                brand=brand,
                channel_id=channel,
                weekday=one.weekday,
                local_time=one.local_time,
            )
            for one in wanted
        )
        record("brand.slots_set", brand, workspace_id=actor.workspace_id, context={"count": len(made)})
        return made


def change_slots(
    *,
    actor: Actor,
    brand_id: UUID,
    now: datetime,
    add: Iterable[WeeklyTime] = (),
    remove: Iterable[WeeklyTime] = (),
    channel_id: UUID | None = None,
) -> list[PostingSlot]:
    """Add and remove single slots, whatever others change meanwhile; one that is there (or gone) is no error.

    Gives all that are there then. Raises BadInput, NotAllowed, NotFound.
    """
    del now
    added, removed = _read(add), set(_read(remove))
    channel = None if channel_id is None else values.identifier("channel_id", channel_id)
    with acting(actor):
        brand = open_brand(actor, brand_id, Permission.BRANDS_EDIT)
        there = PostingSlot.objects.filter(brand=brand, channel_id=channel)
        gone = [one.id for one in there if WeeklyTime(one.weekday, one.local_time) in removed]
        there.filter(id__in=gone).delete()
        PostingSlot.objects.bulk_create(
            (
                PostingSlot(
                    workspace_id=actor.workspace_id,
                    brand=brand,
                    channel_id=channel,
                    weekday=one.weekday,
                    local_time=one.local_time,
                )
                for one in added
            ),
            ignore_conflicts=True,
        )
        now_there = list(there.all())
        if len(now_there) > AT_MOST:
            raise BadInput("times", len(now_there), f"up to {AT_MOST} slots")
        record("brand.slots_set", brand, workspace_id=actor.workspace_id, context={"count": len(now_there)})
        return now_there


def _read(times: Iterable[WeeklyTime]) -> list[WeeklyTime]:
    wanted = sorted(set(times))
    if len(wanted) > AT_MOST:
        raise BadInput("times", len(wanted), f"up to {AT_MOST} slots")
    for one in wanted:
        values.whole(0, 6)("weekday", one.weekday)
        if one.local_time.tzinfo is not None or one.local_time.second or one.local_time.microsecond:
            raise BadInput("local_time", one.local_time.isoformat(), "a local time in hours and minutes")
    return wanted
