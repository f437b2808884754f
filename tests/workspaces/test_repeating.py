"""The answers of writes, kept by their Idempotency-Key."""

import pytest
from django.db import DataError

from postroom.workspaces.actors import acting
from postroom.workspaces.models import RepeatableRequest
from postroom.workspaces.repeating import Kept, keep_answer, release, reserve
from tests.make.workspaces import Cast

FIRST, OTHER = b"1" * 32, b"2" * 32


def test_a_key_is_free_once_and_then_tells_what_is_kept(cast: Cast) -> None:
    with acting(cast.editor):
        assert reserve(actor=cast.editor, key="a", fingerprint=FIRST) is None
        assert reserve(actor=cast.editor, key="a", fingerprint=OTHER) == Kept(FIRST, None, {}, b"")
        keep_answer(actor=cast.editor, key="a", status=201, headers={"ETag": "1"}, body=b"{}")
        assert reserve(actor=cast.editor, key="a", fingerprint=FIRST) == Kept(FIRST, 201, {"ETag": "1"}, b"{}")
        release(actor=cast.editor, key="a")
        assert reserve(actor=cast.editor, key="a", fingerprint=FIRST) is None


@pytest.mark.outsider("workspaces.repeating.reserve")
@pytest.mark.outsider("workspaces.repeating.keep_answer")
@pytest.mark.outsider("workspaces.repeating.release")
def test_the_outsiders_same_key_is_another_key(cast: Cast) -> None:
    with acting(cast.editor):
        reserve(actor=cast.editor, key="a", fingerprint=FIRST)
    with acting(cast.outsider):
        assert reserve(actor=cast.outsider, key="a", fingerprint=OTHER) is None
        keep_answer(actor=cast.outsider, key="a", status=200, headers={}, body=b"theirs")
        release(actor=cast.outsider, key="a")
    with acting(cast.editor):
        assert RepeatableRequest.objects.get().status is None


@pytest.mark.bad_input("workspaces.repeating.reserve")
@pytest.mark.bad_input("workspaces.repeating.keep_answer")
@pytest.mark.bad_input("workspaces.repeating.release")
def test_a_key_longer_than_the_column_is_refused_by_the_database(cast: Cast) -> None:
    with pytest.raises(DataError), acting(cast.editor):
        reserve(actor=cast.editor, key="k" * 256, fingerprint=FIRST)
    with acting(cast.editor):
        keep_answer(actor=cast.editor, key="never reserved", status=200, headers={}, body=b"")
        release(actor=cast.editor, key="never reserved")
        assert not RepeatableRequest.objects.exists()
