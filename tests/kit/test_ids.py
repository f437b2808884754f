import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID, uuid4

import pytest

from postroom.kit import ids
from postroom.kit.ids import made_at, uuid7


def test_ids_are_of_version_7_and_hold_their_moment():
    found = uuid7()
    assert isinstance(found, UUID)
    assert (found.version, found.variant) == (7, RFC_4122)
    assert abs(made_at(found) - datetime.now(tz=UTC)) < timedelta(minutes=1)


def test_each_id_is_greater_than_the_one_before():
    found = [uuid7() for _ in range(20_000)]
    assert found == sorted(found)
    assert len(set(found)) == len(found)
    assert [str(one) for one in found] == sorted(str(one) for one in found)


def test_ids_stay_in_order_when_the_clock_goes_backwards(monkeypatch):
    before = uuid7()
    earlier = time.time_ns() - 3_600_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: earlier)
    assert before < uuid7() < uuid7()


def test_the_counter_flows_over_into_the_next_millisecond(monkeypatch):
    last = uuid7()
    monkeypatch.setattr(ids._clock, "counter", (1 << 42) - 1)
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    assert last < uuid7()


def test_threads_never_make_the_same_id():
    with ThreadPoolExecutor(8) as pool:
        found = [one for many in pool.map(lambda _: [uuid7() for _ in range(2_000)], range(8)) for one in many]
    assert len(set(found)) == len(found)


def test_only_ids_with_a_moment_tell_it():
    with pytest.raises(ValueError, match="not a UUID of version 7"):
        made_at(uuid4())
