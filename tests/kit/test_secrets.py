from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.kit.secrets import (
    CannotOpen,
    KeyRingProblem,
    Ring,
    Sealed,
    as_text,
    make_key,
    read_ring,
    ring_from_text,
    write_ring,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RING = Ring((make_key(NOW),))


@given(plain=st.binary(max_size=5000), place=st.binary(max_size=60))
def test_what_is_sealed_opens_where_it_belongs_and_nowhere_else(plain: bytes, place: bytes) -> None:
    sealed = RING.seal(plain, bound_to=place)
    assert RING.open(sealed, bound_to=place) == plain
    with pytest.raises(CannotOpen):
        RING.open(sealed, bound_to=place + b"x")


@given(data=st.data())
def test_no_bit_can_be_turned(data: st.DataObject) -> None:
    sealed = RING.seal(b"a token", bound_to=b"here")
    where = data.draw(st.integers(0, len(sealed.content) - 1))
    bit = 1 << data.draw(st.integers(0, 7))
    altered = bytearray(sealed.content)
    altered[where] ^= bit
    with pytest.raises(CannotOpen):
        RING.open(Sealed(sealed.key_id, bytes(altered)), bound_to=b"here")


def test_a_cut_seal_does_not_open() -> None:
    sealed = RING.seal(b"a token", bound_to=b"")
    for length in range(len(sealed.content)):
        with pytest.raises(CannotOpen):
            RING.open(Sealed(sealed.key_id, sealed.content[:length]), bound_to=b"")


def test_the_newest_key_seals_and_old_ones_still_open() -> None:
    old = RING.seal(b"old", bound_to=b"")
    both = Ring((*RING.keys, make_key(NOW)))
    assert both.seal(b"new", bound_to=b"").key_id == both.newest.id != RING.newest.id
    assert both.open(old, bound_to=b"") == b"old"
    with pytest.raises(CannotOpen, match=RING.newest.id):
        Ring((both.newest,)).open(old, bound_to=b"")


def test_a_ring_without_keys_or_with_one_twice_is_refused() -> None:
    with pytest.raises(KeyRingProblem):
        Ring(())
    with pytest.raises(KeyRingProblem):
        Ring((RING.newest, RING.newest))


def test_no_repr_shows_a_secret() -> None:
    sealed = RING.seal(b"a token", bound_to=b"")
    for shown in (repr(RING), str(RING), repr(RING.newest), repr(sealed)):
        assert repr(RING.newest.secret) not in shown
        assert as_text(RING).split(":")[1] not in shown
        assert repr(sealed.content) not in shown


def test_a_ring_comes_back_from_its_file_which_only_its_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    assert write_ring(path, RING)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_ring(path) == RING
    assert not write_ring(path, Ring((make_key(NOW),)), replace=False), (
        "a ring that is there is never replaced by chance"
    )
    assert read_ring(path) == RING
    assert [found.name for found in tmp_path.iterdir()] == ["keys.json"]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys.json"
    write_ring(path, RING)
    path.chmod(mode)
    with pytest.raises(KeyRingProblem, match="chmod 600"):
        read_ring(path)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"keys": []}', '{"keys": [{"id": "a"}]}', "\xff"])
def test_a_broken_file_is_refused_in_words(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.touch(mode=0o600)
    path.write_text(content)
    with pytest.raises(KeyRingProblem):
        read_ring(path)


def test_a_ring_comes_back_from_text() -> None:
    both = Ring((*RING.keys, make_key(NOW)))
    again = ring_from_text(as_text(both).replace(" ", ", "))
    assert [(key.id, key.secret) for key in again.keys] == [(key.id, key.secret) for key in both.keys]


@pytest.mark.parametrize("text", ["", "a", "a:", "a:AAAA", "a:!!!!"])
def test_text_that_is_no_ring_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(KeyRingProblem) as caught:
        ring_from_text(text)
    assert "!!!!" not in str(caught.value)
