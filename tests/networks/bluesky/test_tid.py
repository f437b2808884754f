from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from postroom.networks.bluesky.tid import ALPHABET, is_tid, mint

MOMENTS = st.integers(0, 7 * 10**15).map(lambda us: datetime(1971, 1, 1, tzinfo=UTC) + timedelta(microseconds=us))


def moment_of(key: str) -> float:
    number = 0
    for letter in key:
        number = number * 32 + ALPHABET.index(letter)
    return (number >> 10) / 1_000_000


@given(MOMENTS, st.binary(min_size=16, max_size=16))
def test_a_key_is_a_tid_of_its_second(moment: datetime, noise: bytes):
    key = mint(moment, noise)
    assert is_tid(key)
    assert int(moment_of(key)) == int(moment.timestamp())
    assert mint(moment, noise) == key


@given(MOMENTS, st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
def test_keys_sort_by_time(moment: datetime, one: bytes, other: bytes):
    assert mint(moment, one) < mint(moment + timedelta(seconds=1), other)


def test_many_posts_due_at_the_same_minute_have_keys_of_their_own():
    due = datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert len({mint(due, os.urandom(16)) for _ in range(1000)}) == 1000
