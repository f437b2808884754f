"""The engine in this process, on a network in memory that misbehaves on cue."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from postroom.networks.shape import Absent, Unclear
from postroom.networks.verdicts import Limited, Rejected, Retry, Unsure
from tests.make.publishing import make_channels, make_posts


async def test_what_is_due_goes_out_once(running, owner, world):
    made = make_posts(owner, make_channels(owner, network="world", count=5), texts=["one", "two", "three"])
    running.start()
    await running.all_are("published")
    assert sorted(world.texts()) == sorted(["one", "two", "three"] * 5)
    assert world.most_busy == 1, "one publication at a time per channel"
    await running.stop()
    found = running.rows("SELECT status FROM posts_post WHERE id = any(%s)", list(made.posts))
    assert found == [{"status": "published"}] * 3
    tries = running.rows("SELECT * FROM publishing_attempt")
    assert len(tries) == 15
    assert {one["outcome"] for one in tries} == {"receipt"}
    history = running.rows("SELECT from_state, to_state FROM events_activitylog WHERE what = 'publication.status'")
    assert len(history) == 30
    assert running.rows("SELECT * FROM publishing_lane WHERE worker IS NOT NULL OR due_at IS NOT NULL") == []
    assert running.rows("SELECT last_posted_at FROM channels_channel WHERE last_posted_at IS NULL") == []


async def test_a_later_time_is_waited_for_and_a_new_earlier_one_wakes(running, owner, world):
    where = make_channels(owner, network="world")
    make_posts(owner, where, texts=["in a while"], due=datetime.now(UTC) + timedelta(seconds=1.2))
    running.start()
    await asyncio.sleep(0.3)
    make_posts(owner, where, texts=["now"])
    await running.until(lambda: world.texts() == ["now"], 1)
    await running.until(lambda: world.texts() == ["now", "in a while"])


async def test_steps_are_walked_and_each_leaves_an_attempt(running, owner, world):
    make_posts(owner, make_channels(owner, network="staged"), texts=["with a container"])
    running.start()
    await running.all_are("published")
    steps = running.rows("SELECT step, outcome, number FROM publishing_attempt ORDER BY began_at, id")
    assert [(one["step"], one["outcome"]) for one in steps] == [
        ("upload", "go"),
        ("ready", "wait"),
        ("ready", "wait"),
        ("ready", "go"),
        ("post", "receipt"),
    ]
    assert {one["number"] for one in steps} == {1}
    assert running.publications()[0]["attempts"] == 1


async def test_a_long_wait_gives_the_lane_to_others(running, owner, world, monkeypatch):
    monkeypatch.setattr("postroom.publishing.sending.SHORT_WAIT", 0.001)
    make_posts(owner, make_channels(owner, network="staged"), texts=["one", "two"])
    running.start()
    await running.all_are("published")
    assert sorted(world.texts()) == ["one", "two"]
    assert {one["attempts"] for one in running.publications()} == {1}


async def test_retry_backs_off_and_comes_through(running, owner, world, quick):
    world.scripts["one"] = [Retry("down"), Retry("still down")]
    make_posts(owner, make_channels(owner, network="world"), texts=["one"])
    running.start()
    await running.all_are("published")
    found = running.publications()[0]
    assert (found["attempts"], found["retries"], found["reason"]) == (3, 2, "")
    assert world.texts() == ["one"]


async def test_retry_ends_at_the_deadline(running, owner, world, quick):
    world.scripts["one"] = [Retry("down", after=100_000)]
    make_posts(owner, make_channels(owner, network="world"), texts=["one"])
    running.start()
    await running.all_are("failed")
    assert "down" in running.publications()[0]["reason"]
    assert [one["type"] for one in running.rows("SELECT type FROM events_event")] == ["publication.failed"]
    await running.until(lambda: running.rows("SELECT status FROM posts_post") == [{"status": "failed"}])


async def test_rejected_is_failed_with_the_field(running, owner, world):
    world.scripts["one"] = [Rejected("too rude", "text")]
    make_posts(owner, make_channels(owner, network="world"), texts=["one", "two"])
    running.start()
    await running.all_are("failed", "published")
    found = running.rows("SELECT * FROM publishing_publication WHERE status = 'failed'")[0]
    assert (found["reason"], found["error_where"], found["error_class"]) == ("too rude", "text", "rejected")
    await running.until(
        lambda: {one["status"] for one in running.rows("SELECT status FROM posts_post")} == {"failed", "published"}
    )


async def test_limited_holds_the_channel_and_costs_no_try(running, owner, world, quick):
    soon = datetime.now(UTC) + timedelta(seconds=1.5)
    world.scripts["one"] = [Limited("slow down", soon)]
    make_posts(owner, make_channels(owner, network="world"), texts=["one", "two"])
    make_posts(owner, make_channels(owner, network="world"), texts=["elsewhere"])
    running.start()
    await running.until(lambda: world.texts() == ["elsewhere"])
    held = "SELECT hold_why FROM publishing_lane WHERE hold_until IS NOT NULL"
    await running.until(lambda: running.rows(held) == [{"hold_why": "slow down"}], 1.2)
    assert world.called == 2
    await running.all_are("published")
    assert datetime.now(UTC) >= soon
    assert {one["retries"] for one in running.publications()} == {0}


async def test_a_whole_app_is_held(running, owner, world):
    soon = datetime.now(UTC) + timedelta(seconds=1.5)
    world.scripts["one"] = [Limited("the whole app", soon, whole_app=True)]
    where = make_channels(owner, network="world", count=1)
    make_posts(owner, where, texts=["one"])
    running.start()
    await running.until(lambda: bool(running.rows("SELECT * FROM publishing_apphold")))
    others = make_channels(owner, network="world", count=1)
    owner.execute("UPDATE publishing_apphold SET workspace_id = %s", [others.workspace])
    make_posts(owner, others, texts=["two"])
    await running.until(lambda: "two" in world.texts())
    assert datetime.now(UTC) >= soon
    await running.all_are("published")


async def test_doubt_is_looked_up_and_found(running, owner, world, quick):
    world.scripts["one"] = ["cut"]
    make_posts(owner, make_channels(owner, network="world"), texts=["one"])
    running.start()
    await running.all_are("published")
    assert (world.texts(), world.looked) == (["one"], 1)
    states = running.rows("SELECT to_state FROM events_activitylog WHERE what = 'publication.status' ORDER BY at, id")
    assert [one["to_state"] for one in states] == ["sending", "unknown", "published"]


async def test_doubt_that_is_surely_absent_is_sent_again(running, owner, world, quick):
    world.scripts["one"] = [Unsure("silence")]
    make_posts(owner, make_channels(owner, network="world"), texts=["one"])
    running.start()
    await running.all_are("published")
    assert (world.texts(), world.looked, world.called) == (["one"], 1, 2)


async def test_doubt_that_nobody_can_clear_goes_to_a_person(running, owner, world, quick):
    world.scripts["one"] = ["cut"]
    world.find_says = [Unclear("timeline is down")] * 10
    make_posts(owner, make_channels(owner, network="world"), texts=["one", "two"])
    running.start()
    await running.until(lambda: bool(running.rows("SELECT * FROM events_event WHERE type = 'publication.unknown'")))
    found = running.rows("SELECT * FROM publishing_publication WHERE status = 'unknown'")[0]
    assert found["not_before"] is None
    assert "settle" in found["reason"]
    await running.until(lambda: sorted(world.texts()) == ["one", "two"])


async def test_absence_is_not_trusted_too_early(running, owner, world, quick):
    from postroom.networks import registry
    from postroom.networks.shape import Find
    from tests.publishing.world import simple_network

    registry.add(simple_network(world, find=Find(world.find, trust_absence_after=0.5)))
    world.scripts["one"] = [Unsure("silence")]
    world.find_says = [Absent()]
    make_posts(owner, make_channels(owner, network="world"), texts=["one"])
    began = datetime.now(UTC)
    running.start()
    await running.all_are("published")
    assert datetime.now(UTC) - began > timedelta(seconds=0.5)
    assert world.looked == 2


async def test_a_bug_of_ours_in_publishing_is_doubt_and_reported(running, owner, world, quick):
    world.scripts["one"] = ["accept and break"]
    make_posts(owner, make_channels(owner, network="world"), texts=["one"])
    running.start()
    await running.all_are("published")
    assert world.texts() == ["one"]
    assert running.rows("SELECT type, resolved_by FROM events_event") == [
        {"type": "publication.bug", "resolved_by": "auto"}
    ]


async def test_what_does_not_fit_is_never_sent(running, owner, world):
    make_posts(owner, make_channels(owner, network="world"), texts=["x" * 101])
    running.start()
    await running.all_are("failed")
    assert world.called == 0
    assert running.publications()[0]["error_class"] == "check"
    assert running.rows("SELECT * FROM publishing_attempt") == []


async def test_what_is_hours_late_is_missed(running, owner, world):
    where = make_channels(owner, network="world")
    make_posts(owner, where, texts=["old"], due=datetime.now(UTC) - timedelta(hours=3))
    make_posts(owner, where, texts=["late"], due=datetime.now(UTC) - timedelta(hours=1))
    running.start()
    await running.all_are("missed", "published")
    assert world.texts() == ["late"]
    assert running.rows("SELECT type FROM events_event") == [{"type": "publication.missed"}]


async def test_a_workspace_says_what_is_missed(running, owner, world):
    where = make_channels(owner, network="world")
    owner.execute("""UPDATE workspaces_workspace SET settings = '{"missed_after_hours": 0.5}'""")
    make_posts(owner, where, texts=["late"], due=datetime.now(UTC) - timedelta(hours=1))
    running.start()
    await running.all_are("missed")


async def test_a_thread_hangs_together(running, owner, world):
    where = make_channels(owner, network="world")
    make_posts(
        owner, where, texts=["head"], items=[("thread", "second"), ("thread", "third"), ("first_comment", "read on")]
    )
    running.start()
    await running.all_are("published")
    assert world.texts() == ["head", "second", "third", "read on"]
    found = running.publications()[0]
    assert found["network_post_id"] == f"id-{world.public[0][1]}"
    assert len(found["checkpoint"]["receipts"]) == 4


async def test_a_thread_that_breaks_stays_published_and_says_what_is_missing(running, owner, world, quick):
    world.scripts["second"] = [Rejected("no such tone")]
    make_posts(
        owner, make_channels(owner, network="world"), texts=["head"], items=[("thread", "second"), ("thread", "third")]
    )
    running.start()
    await running.all_are("published")
    found = running.publications()[0]
    assert (found["error_class"], found["error_where"]) == ("rejected", "items.1")
    assert "Item 1 is missing" in found["reason"]
    assert running.rows("SELECT type FROM events_event") == [{"type": "publication.incomplete"}]
    assert world.texts() == ["head"]
    # In a thread: the lane's row may be locked by a statement of the engine that this very loop has to finish.
    await asyncio.to_thread(
        owner.execute, "UPDATE publishing_publication SET not_before = now(), version = version + 1"
    )
    await running.until(lambda: world.texts() == ["head", "second", "third"])
    await running.until(lambda: running.publications()[0]["error_class"] == "")
    assert running.publications()[0]["status"] == "published"


async def test_a_thread_in_doubt_is_looked_up_part_by_part(running, owner, world, quick):
    world.scripts["second"] = ["cut"]
    make_posts(
        owner, make_channels(owner, network="world"), texts=["head"], items=[("thread", "second"), ("thread", "third")]
    )
    running.start()
    await running.all_are("published")
    assert world.texts() == ["head", "second", "third"]


@pytest.mark.parametrize(
    ("pause", "go_on"),
    [
        ("UPDATE channels_channel SET paused_at = now()", "UPDATE channels_channel SET paused_at = NULL"),
        ("UPDATE brands_brand SET status = 'paused'", "UPDATE brands_brand SET status = 'active'"),
        ("UPDATE workspaces_workspace SET paused_at = now()", "UPDATE workspaces_workspace SET paused_at = NULL"),
        ("UPDATE channels_channel SET status = 'expired'", "UPDATE channels_channel SET status = 'active'"),
    ],
)
async def test_what_is_paused_waits_and_goes_on_at_once(running, owner, world, pause, go_on):
    where = make_channels(owner, network="world")
    await asyncio.to_thread(owner.execute, pause)
    make_posts(owner, where, texts=["one"])
    running.start()
    await asyncio.sleep(0.5)
    assert world.called == 0
    await asyncio.to_thread(owner.execute, go_on)
    await running.all_are("published")


async def test_a_pause_in_the_middle_stops_after_the_call_under_way(running, owner, world):
    where = make_channels(owner, network="world")

    async def pause(world, line, draft):
        await asyncio.to_thread(owner.execute, "UPDATE channels_channel SET paused_at = now()")
        await asyncio.sleep(0.3)

    world.scripts["0"] = [pause]
    make_posts(owner, where, texts=[str(n) for n in range(10)])
    running.start()
    await running.until(lambda: world.texts() == ["0"])
    await asyncio.sleep(0.3)
    assert world.texts() == ["0"]
    await asyncio.to_thread(owner.execute, "UPDATE channels_channel SET paused_at = NULL")
    await running.all_are("published")


async def test_a_change_after_it_was_read_is_seen(running, owner, world):
    where = make_channels(owner, network="world")

    async def change(world, line, draft):
        await asyncio.to_thread(
            owner.execute,
            "UPDATE publishing_publication SET text = 'changed', version = version + 1 WHERE status = 'scheduled'",
        )

    world.scripts["0"] = [change]
    make_posts(owner, where, texts=["0", "1"])
    running.start()
    await running.all_are("published")
    assert world.texts() == ["0", "changed"]


async def test_a_cancelled_one_is_not_sent(running, owner, world):
    where = make_channels(owner, network="world")

    async def cancel(world, line, draft):
        await asyncio.to_thread(
            owner.execute,
            "UPDATE publishing_publication SET status = 'cancelled', not_before = NULL, version = version + 1"
            " WHERE status = 'scheduled'",
        )

    world.scripts["0"] = [cancel]
    make_posts(owner, where, texts=["0", "1"])
    running.start()
    await running.all_are("published", "cancelled")
    assert world.texts() == ["0"]


async def test_a_quota_holds_the_channel(running, owner, world):
    from postroom.networks import registry
    from postroom.networks.shape import Limit
    from tests.publishing.world import simple_network

    registry.add(simple_network(world, limits=(Limit("posts", 2, "per 2 s"),)))
    make_posts(owner, make_channels(owner, network="world"), texts=["1", "2", "3"])
    running.start()
    await running.until(lambda: len(world.texts()) == 2)
    await running.until(lambda: bool(running.rows("SELECT * FROM publishing_lane WHERE hold_until IS NOT NULL")))
    assert len(world.texts()) == 2
    await running.all_are("published")


async def test_words_that_postgresql_cannot_store(running, owner, world):
    world.scripts["one"] = [Rejected("a \x00 in it, and \ud800 too")]
    make_posts(owner, make_channels(owner, network="world"), texts=["one", "two"])
    running.start()
    await running.all_are("failed", "published")
