from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.channels import keeping
from postroom.channels.keeping import LONGEST_PAUSE
from postroom.networks.verdicts import Limited, Retry, Verdict
from tests.make.workspaces import NOW


@pytest.mark.parametrize(
    "asked", [Limited("wait", NOW + timedelta(days=9000)), Retry("wait", 1e300), Retry("wait", -5), Limited("", NOW)]
)
def test_no_network_can_make_us_wait_for_ever(asked: Verdict) -> None:
    assert NOW < keeping._try_again(1, asked, NOW) <= NOW + timedelta(days=1)


@given(failures=st.integers(1, 10_000))
def test_pauses_grow_and_end(failures: int) -> None:
    pause = keeping._try_again(failures, Retry("later"), NOW) - NOW
    assert timedelta(seconds=10) <= pause <= LONGEST_PAUSE * 1.2
