"""What follows from verdicts, over all of them and every standing."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from postroom.networks.verdicts import Expired, Limited, Rejected, Retry, Unsure
from postroom.publishing import endings
from postroom.publishing.checkpoint import moment
from postroom.publishing.endings import Standing
from postroom.publishing.ledger import as_json
from postroom.publishing.states import GRAPH, NEEDS_TIME, NEVER_DUE, PublicationStatus

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
S = PublicationStatus
moments = st.one_of(st.none(), st.timedeltas(timedelta(days=-300), timedelta(days=300)).map(lambda far: NOW + far))
verdicts = st.one_of(
    st.builds(Retry, st.just("down"), st.one_of(st.none(), st.floats(0, 1e6))),
    st.builds(Limited, st.just("slow"), moments, st.booleans()),
    st.builds(Expired, st.just("key"), st.booleans()),
    st.builds(Rejected, st.just("no"), st.one_of(st.none(), st.just("text"))),
    st.builds(Unsure, st.just("silence")),
)
standings = st.builds(
    Standing,
    now=st.just(NOW),
    deadline=st.one_of(st.none(), st.just(NOW + timedelta(hours=2))),
    tries=st.integers(0, 10_000),
    is_public=st.booleans(),
    part=st.integers(0, 20),
    chance=st.floats(0, 1),
)


@given(verdicts, standings)
def test_every_ending_is_one_the_database_takes(verdict, standing):
    ending = endings.after(verdict, standing)
    assert ending.to in GRAPH[S.SENDING] | {S.SENDING}
    if ending.to in NEEDS_TIME:
        assert ending.next is not None
    if ending.to in NEVER_DUE:
        assert ending.next is None
    assert ending.next is None or ending.next > NOW
    assert ending.reason


@given(verdicts, standings)
def test_what_is_public_is_never_failed_and_what_is_not_never_published(verdict, standing):
    ending = endings.after(verdict, standing)
    if standing.is_public:
        assert ending.to in {S.SENDING, S.PUBLISHED}
    else:
        assert ending.to is not S.PUBLISHED


@given(verdicts, standings)
def test_only_unsure_leads_into_doubt_and_only_retry_costs(verdict, standing):
    ending = endings.after(verdict, standing)
    assert ending.in_doubt == isinstance(verdict, Unsure)
    assert not ending.retried or isinstance(verdict, Retry)
    if isinstance(verdict, Retry) and ending.next and standing.deadline:
        assert ending.next <= standing.deadline


@given(standings)
def test_a_person_is_always_told(standing):
    ending = endings.give_to_person("who knows", standing)
    assert ending.event is not None
    assert ending.next is None
    assert ending.to in {S.UNKNOWN, S.PUBLISHED}


@given(st.recursive(st.one_of(st.text(), st.none(), st.integers(-(2**53), 2**53)), st.lists, max_leaves=5))
def test_every_word_a_network_may_say_can_be_stored(value):
    stored = as_json([{"answer": value}])
    assert "\\u0000" not in stored.replace("\\\\", "")
    stored.encode()


def test_moments_are_read_back():
    assert moment(NOW.isoformat()) == moment(NOW) == NOW
