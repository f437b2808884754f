"""kill -9 of a real worker at every call of every network: afterwards each publication is public exactly once."""

import pytest

from tests.faults.conftest import Stage
from tests.faults.house import wait_until
from tests.faults.networks import NETWORKS

STILL = {"scheduled", "claimed", "sending", "unknown"}
ITEMS = [("thread", "and a second thing"), ("thread", "and a third")]


def let_time_pass(stage: Stage) -> None:
    """What waits for minutes (a retry, a look whose absence isn't trusted yet) is due now, and old enough."""
    with stage.house.owner() as owner:
        owner.execute(
            "UPDATE publishing_publication SET version = version + 1, not_before = now(),"
            " checkpoint = CASE WHEN checkpoint ? 'doubt' THEN jsonb_set(checkpoint, '{doubt,since}',"
            " to_jsonb(now() - interval '1 hour')) ELSE checkpoint END"
            " WHERE worker IS NULL AND not_before > now() + interval '1 second' AND status <> 'published'"
        )
        owner.execute("UPDATE publishing_lane SET hold_until = NULL WHERE hold_until IS NOT NULL")


def all_ended(stage: Stage) -> bool:
    let_time_pass(stage)
    rows = stage.house.publications()
    return not {row["status"] for row in rows} & STILL and all(row["worker"] is None for row in rows)


def check_once(stage: Stage, posts: int, parts: int) -> None:
    rows = stage.house.publications()
    assert [(row["status"], row["reason"]) for row in rows] == [("published", "")] * len(rows)
    assert stage.public() == [posts * parts] * len(stage.accesses)
    assert all(len(row["checkpoint"]["receipts"]) == parts for row in rows)
    ids = [row["network_post_id"] for row in rows]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("after", [False, True], ids=["before the server hears", "after it has acted"])
@pytest.mark.parametrize("stage", NETWORKS, indirect=True)
def test_each_is_public_exactly_once(stage: Stage, after: bool) -> None:
    stage.connect(2)
    texts = ["first of all", "then another"]
    stage.fill(texts, ITEMS if stage.samples.network.threads else [])
    for call in (1, 1, 2, 3, 2, 1):
        worker = stage.house.start_worker()
        stage.striker.aim(worker.pid, call=call, after=after)
        wait_until(lambda: stage.striker.struck.is_set() or all_ended(stage), 60, "the strike")
        if not stage.striker.struck.is_set():
            break
        assert worker.wait(20) == -9
    stage.striker.victim = None
    stage.house.start_worker()
    wait_until(lambda: all_ended(stage), 90, stage.house.standing)
    check_once(stage, len(texts), 3 if stage.samples.network.threads else 1)
    assert stage.house.rows("SELECT * FROM publishing_attempt WHERE ended_at IS NULL") == []
