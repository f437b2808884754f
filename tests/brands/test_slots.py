from datetime import UTC, datetime, time, timedelta
from itertools import islice
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.brands import queries
from postroom.brands.editing import edit_brand
from postroom.brands.queries import next_free_slot, slot_moments
from postroom.brands.slots import AT_MOST, WeeklyTime, change_slots, set_slots
from postroom.workspaces.errors import BadInput, NotAllowed, NotFound
from tests.make.brands import make_slots
from tests.make.workspaces import NOW, Cast

BERLIN = ZoneInfo("Europe/Berlin")
DAILY = [WeeklyTime(day, time(2, 30)) for day in range(7)]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_next_slot_that_is_not_taken_is_found(cast: Cast) -> None:
    make_slots(cast.owner, cast.brand, (0, "12:00"), (0, "18:00"), (2, "09:30"))
    monday_noon = NOW
    assert next_free_slot(cast.viewer, cast.brand.id, after=monday_noon) == utc("2026-03-02T18:00")
    before = monday_noon - timedelta(microseconds=1)
    assert next_free_slot(cast.viewer, cast.brand.id, after=before) == monday_noon
    taken = {utc("2026-03-02T18:00")}
    assert next_free_slot(cast.viewer, cast.brand.id, after=monday_noon, taken=taken) == utc("2026-03-04T09:30")
    week = monday_noon + timedelta(days=7)
    asked = next_free_slot(cast.viewer, cast.brand.id, after=monday_noon, taken=lambda moment: moment < week)
    assert asked == week


def test_slots_are_in_the_brands_own_time(cast: Cast) -> None:
    edit_brand(actor=cast.owner, brand_id=cast.brand.id, changes={"time_zone": "Asia/Kolkata"}, now=NOW)
    make_slots(cast.owner, cast.brand, (0, "18:00"))
    assert next_free_slot(cast.viewer, cast.brand.id, after=NOW) == utc("2026-03-02T12:30")


def test_a_channel_with_slots_of_its_own_has_only_those(cast: Cast) -> None:
    make_slots(cast.owner, cast.brand, (0, "18:00"))
    channel_id = uuid4()
    wanted: dict[str, Any] = {"actor": cast.owner, "brand_id": cast.brand.id, "channel_id": channel_id, "now": NOW}
    set_slots(times=[WeeklyTime(1, time(7))], **wanted)
    assert next_free_slot(cast.viewer, cast.brand.id, after=NOW, channel_id=channel_id) == utc("2026-03-03T07:00")
    assert next_free_slot(cast.viewer, cast.brand.id, after=NOW, channel_id=uuid4()) == utc("2026-03-02T18:00")
    assert next_free_slot(cast.viewer, cast.brand.id, after=NOW) == utc("2026-03-02T18:00")
    assert len(queries.slots(cast.viewer, cast.brand.id)) == 1
    set_slots(times=[], **wanted)
    assert next_free_slot(cast.viewer, cast.brand.id, after=NOW, channel_id=channel_id) == utc("2026-03-02T18:00")


def test_without_slots_or_with_all_taken_there_is_none(cast: Cast) -> None:
    assert next_free_slot(cast.viewer, cast.brand.id, after=NOW) is None
    make_slots(cast.owner, cast.brand, (0, "18:00"))
    assert next_free_slot(cast.viewer, cast.brand.id, after=NOW, taken=lambda _: True) is None


def test_a_time_the_clocks_jump_over_moves_as_far_as_they_jump() -> None:
    found = list(islice(slot_moments(DAILY, BERLIN, after=utc("2026-03-27T12:00")), 3))
    assert found == [utc("2026-03-28T01:30"), utc("2026-03-29T01:30"), utc("2026-03-30T00:30")]
    assert found[1].astimezone(BERLIN).time() == time(3, 30)


def test_of_a_time_that_comes_twice_the_first_is_taken() -> None:
    found = list(islice(slot_moments(DAILY, BERLIN, after=utc("2026-10-24T12:00")), 2))
    assert found == [utc("2026-10-25T00:30"), utc("2026-10-26T01:30")]


def test_two_slots_that_fall_together_are_one() -> None:
    both = [WeeklyTime(6, time(2, 30)), WeeklyTime(6, time(3, 30)), WeeklyTime(6, time(3, 0))]
    found = list(islice(slot_moments(both, BERLIN, after=utc("2026-03-28T12:00")), 2))
    assert found == [utc("2026-03-29T01:00"), utc("2026-03-29T01:30")]


zones = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
                         "Pacific/Apia", "America/St_Johns", "Africa/Casablanca", "Pacific/Chatham"])  # fmt: skip


@given(
    weekly=st.lists(
        st.builds(WeeklyTime, st.integers(0, 6), st.builds(time, st.integers(0, 23), st.integers(0, 59))),
        min_size=1, max_size=12,
    ),
    zone=zones,
    after=st.integers(0, 15 * 365 * 24 * 60).map(lambda minutes: utc("2020-01-01T00:00") + timedelta(minutes=minutes)),
)  # fmt: skip
def test_moments_come_in_order_later_and_at_the_time_of_some_slot(
    weekly: list[WeeklyTime], zone: str, after: datetime
) -> None:
    found = list(islice(slot_moments(weekly, ZoneInfo(zone), after=after), 20))
    assert found == sorted(set(found))
    assert len(found) == 20
    assert found[0] > after
    for moment in found:
        there = moment.astimezone(ZoneInfo(zone))
        hits = [one for one in weekly if (one.weekday, one.local_time) == (there.weekday(), there.time())]
        # Else the clocks jumped over a slot shortly before.
        jumped = there.utcoffset() != (moment - timedelta(hours=24)).astimezone(ZoneInfo(zone)).utcoffset()
        assert hits or jumped


@pytest.mark.bad_input("brands.slots.set_slots")
@pytest.mark.parametrize(
    "times",
    [
        [WeeklyTime(7, time(9))],
        [WeeklyTime(-1, time(9))],
        [WeeklyTime(0, time(9, 0, 1))],
        [WeeklyTime(0, time(9, tzinfo=UTC))],
        [WeeklyTime(day, time(hour, minute)) for day in range(7) for hour in range(24) for minute in range(5)],
    ],
    ids=["day 7", "day -1", "seconds", "zone", "too many"],
)
def test_slots_that_do_not_fit_are_refused(cast: Cast, times: list[WeeklyTime]) -> None:
    make_slots(cast.owner, cast.brand, (0, "18:00"))
    with pytest.raises(BadInput):
        set_slots(actor=cast.owner, brand_id=cast.brand.id, times=times, now=NOW)
    assert len(queries.slots(cast.viewer, cast.brand.id)) == 1
    assert AT_MOST < 7 * 24 * 5
    with pytest.raises(NotFound):
        set_slots(actor=cast.owner, brand_id=uuid4(), times=[], now=NOW)


def test_single_slots_come_and_go_and_the_others_stay(cast: Cast) -> None:
    make_slots(cast.owner, cast.brand, (0, "18:00"), (2, "09:30"))
    asked: dict[str, Any] = {"actor": cast.owner, "brand_id": cast.brand.id, "now": NOW}
    there = change_slots(
        add=[WeeklyTime(0, time(18)), WeeklyTime(1, time(7))], remove=[WeeklyTime(2, time(9, 30))], **asked
    )
    assert [(one.weekday, one.local_time) for one in there] == [(0, time(18)), (1, time(7))]
    assert len(change_slots(remove=[WeeklyTime(5, time(5))], **asked)) == 2
    own = uuid4()
    assert len(change_slots(add=[WeeklyTime(4, time(4))], channel_id=own, **asked)) == 1
    assert len(queries.slots(cast.viewer, cast.brand.id)) == 2


@pytest.mark.outsider("brands.slots.change_slots")
def test_an_outsider_changes_no_slot(cast: Cast) -> None:
    make_slots(cast.owner, cast.brand, (0, "18:00"))
    with pytest.raises(NotFound):
        change_slots(actor=cast.outsider, brand_id=cast.brand.id, remove=[WeeklyTime(0, time(18))], now=NOW)
    with pytest.raises(NotAllowed):
        change_slots(actor=cast.editor, brand_id=cast.brand.id, remove=[WeeklyTime(0, time(18))], now=NOW)
    assert len(queries.slots(cast.viewer, cast.brand.id)) == 1


@pytest.mark.bad_input("brands.slots.change_slots")
def test_a_slot_that_does_not_fit_is_not_added(cast: Cast) -> None:
    asked: dict[str, Any] = {"actor": cast.owner, "brand_id": cast.brand.id, "now": NOW}
    for wrong in (WeeklyTime(7, time(9)), WeeklyTime(0, time(9, 0, 1)), WeeklyTime(0, time(9, tzinfo=UTC))):
        with pytest.raises(BadInput):
            change_slots(add=[wrong], **asked)
    quarters = [
        WeeklyTime(day, time(hour, minute)) for day in range(7) for hour in range(24) for minute in (0, 15, 30, 45)
    ]
    assert len(change_slots(add=quarters, **asked)) == AT_MOST
    with pytest.raises(BadInput):
        change_slots(add=[WeeklyTime(0, time(9, 1))], **asked)
    assert len(queries.slots(cast.viewer, cast.brand.id)) == AT_MOST
