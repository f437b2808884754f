"""Quotas: the engine waits before the network has to ask for it; by channel and by app, with one worker and two."""

from datetime import UTC, datetime, timedelta

import pytest
from psycopg.types.json import Jsonb

from postroom.kit.ids import uuid7
from postroom.networks import registry
from postroom.networks.quotas import Quota
from postroom.networks.shape import Format, Limit
from postroom.networks.verdicts import Rejected
from postroom.publishing.drafting import Content, Item
from postroom.publishing.errands import Allowance, Errand
from postroom.publishing.spending import cost_of
from tests.make.publishing import make_channels, make_posts
from tests.publishing.test_filing import make_asset
from tests.publishing.world import simple_network

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LANES = "SELECT hold_until, hold_why FROM publishing_lane WHERE hold_until > now() AND worker IS NULL"
APPS = "SELECT * FROM publishing_apphold WHERE until > now() + interval '30 s'"
MOVING = "SELECT * FROM publishing_lane WHERE worker IS NOT NULL"


@pytest.fixture
def limited(world):
    """Gives the world's network these quotas: (what, amount, unit) each."""

    def limit(*rows):
        registry.add(simple_network(world, limits=tuple(Limit(*row) for row in rows)))

    return limit


def with_files(owner, posts, count, **media):
    """Lay files of their own on these posts' publications."""
    files = [{"asset_id": str(uuid7()), "item_position": 0} for _ in range(count)]
    owner.execute(
        "UPDATE publishing_publication SET media = %s WHERE post_id = any(%s)", [Jsonb(files), list(posts.posts)]
    )


async def test_a_channel_has_used_up_its_posts(running, owner, world, limited):
    limited(("posts", 5, "per 10 s"), ("posts", 2, "per 3600 s"))
    make_posts(owner, make_channels(owner, network="world"), texts=["1", "2", "3"])
    running.start()
    await running.until(lambda: bool(running.rows(LANES)))
    assert len(world.public) == 2
    first = min(one["published_at"] for one in running.publications() if one["published_at"])
    hold = running.rows(LANES)[0]
    assert hold["hold_until"] == first + timedelta(hours=1)
    assert hold["hold_why"].startswith("World takes at most 2 posts in an hour for each channel. More can go out from ")
    assert f"{hold['hold_until']:%H:%M:%S} UTC" in hold["hold_why"]


async def test_what_was_learned_of_a_channel_counts_for_it_alone(running, owner, world, limited):
    limited(("posts", 2, "per 3600 s"))
    make_posts(owner, make_channels(owner, network="world", learned={"posts": 1}), texts=["1", "2", "3"])
    make_posts(owner, make_channels(owner, network="world"), texts=["one", "two", "three"])
    running.start()
    await running.until(lambda: len(running.rows(LANES)) == 2)
    assert sorted(world.texts()) == ["1", "one", "two"]


async def test_what_failed_leaves_room_for_others(running, owner, world, limited):
    limited(("posts", 2, "per 3600 s"))
    world.scripts["bad"] = [Rejected("too rude")]
    make_posts(owner, make_channels(owner, network="world"), texts=["bad", "1", "2", "3"])
    running.start()
    await running.until(lambda: bool(running.rows(LANES)))
    assert len(world.public) == 2
    assert sorted(one["status"] for one in running.publications()) == ["failed", "published", "published", "scheduled"]


async def test_a_thread_waits_for_room_for_all_of_it(running, owner, world, limited):
    limited(("posts", 3, "per 3600 s"))
    where = make_channels(owner, network="world")
    make_posts(owner, where, texts=["1"], due=datetime.now(UTC) - timedelta(minutes=2))
    make_posts(owner, where, texts=["head"], items=[("thread", "second"), ("thread", "third")])
    running.start()
    await running.until(lambda: bool(running.rows(LANES)))
    assert world.texts() == ["1"]


async def test_what_can_never_fit_goes_when_nothing_else_does(running, owner, world, limited):
    limited(("posts", 2, "per 3600 s"))
    where = make_channels(owner, network="world")
    make_posts(owner, where, texts=["head"], items=[("thread", "second"), ("thread", "third")])
    running.start()
    await running.all_are("published")
    make_posts(owner, where, texts=["more"])
    await running.until(lambda: bool(running.rows(LANES)))
    assert world.texts() == ["head", "second", "third"]


async def test_files_are_counted_and_words_go_on(running, owner, world, limited, tmp_path):
    limited(("posts", 100, "per 3600 s"), ("uploads", 3, "per 1800 s"))
    where = make_channels(owner, network="world")
    posts = make_posts(owner, where, texts=["two files"], due=datetime.now(UTC) - timedelta(minutes=3))
    asset, _ = make_asset(owner, where.workspace, tmp_path)
    for place in range(2):
        owner.execute(
            "INSERT INTO posts_postmedia (id, workspace_id, post_id, asset_id, item_position, position, alt_text)"
            " VALUES (%s, %s, %s, %s, 0, %s, '')",
            [uuid7(), where.workspace, posts.posts[0], asset, place],
        )
    running.start()
    await running.all_are("published")
    later = make_posts(owner, where, texts=["two more"], due=datetime.now(UTC) + timedelta(minutes=1))
    with_files(owner, later, 2)
    owner.execute(
        "UPDATE publishing_publication SET not_before = now() - interval '2 m', version = version + 1"
        " WHERE status = 'scheduled'"
    )
    await running.until(lambda: bool(running.rows("SELECT * FROM publishing_publication WHERE reason <> ''")))
    make_posts(owner, where, texts=["no file"])
    await running.until(lambda: world.texts() == ["two files", "no file"])
    [waits] = running.rows("SELECT * FROM publishing_publication WHERE status = 'scheduled'")
    [first] = running.rows("SELECT published_at FROM publishing_publication WHERE post_id = %s", posts.posts[0])
    assert waits["not_before"] == first["published_at"] + timedelta(minutes=30)
    assert waits["reason"].startswith("World takes at most 3 uploads in 30 minutes for each channel. More can go out ")
    assert (waits["attempts"], running.rows(LANES)) == (0, [])


async def test_an_app_has_used_up_its_posts(running, owner, world, limited):
    limited(("posts", 4, "per 3600 s per app"))
    ours = make_channels(owner, network="world", count=3)
    make_posts(owner, ours, texts=["1", "2"])
    running.start()
    await running.until(lambda: bool(running.rows(APPS)) and not running.rows(MOVING))
    assert len(world.public) == 4
    [hold] = running.rows(APPS)
    first = min(one["published_at"] for one in running.publications() if one["published_at"])
    assert (hold["workspace_id"], hold["network"], hold["server"]) == (ours.workspace, "world", "")
    assert hold["until"] == first + timedelta(hours=1)
    assert hold["why"].startswith("World takes at most 4 posts in an hour for each app. More can go out from ")
    assert running.rows(LANES) == [], "the app is held, not each of its lanes"
    make_posts(owner, make_channels(owner, network="world"), texts=["another workspace's app"])
    make_posts(owner, make_channels(owner, network="world", server="https://two.test"), texts=["another server's"])
    await running.until(lambda: len(world.public) == 6)


async def test_an_app_goes_on_when_its_window_has_moved(running, owner, world, limited):
    limited(("posts", 2, "per 1 s per app"))
    make_posts(owner, make_channels(owner, network="world", count=3), texts=["1", "2"])
    running.start()
    await running.all_are("published")
    at = sorted(one["published_at"] for one in running.publications())
    assert all(third - first >= timedelta(seconds=1) for first, third in zip(at, at[2:], strict=False))


async def test_two_workers_share_an_apps_quota(running, owner, world, limited):
    limited(("posts", 5, "per 3600 s per app"))
    where = make_channels(owner, network="world", count=8)
    make_posts(owner, where, texts=["1", "2"])
    running.start(at_once=3)
    running.start(at_once=3)
    await running.until(lambda: bool(running.rows(APPS)) and not running.rows(MOVING))
    assert 5 <= len(world.public) <= 5 + 3, "over by what one worker had in flight, at most"


async def test_a_doubt_is_cleared_whatever_is_spent(running, owner, world, limited, quick):
    limited(("posts", 1, "per 3600 s"))
    world.scripts["one"] = ["cut"]
    make_posts(owner, make_channels(owner, network="world"), texts=["one"])
    running.start()
    await running.all_are("published")
    assert world.texts() == ["one"]


def errand(checkpoint, *, media=(), items=0, is_missed=False):
    content = Content(Format.TEXT, "text", items=(Item("thread", "more"),) * items, media=media)
    ids = ("id", "channel", "workspace", "post")
    return Errand((*ids, "scheduled", 1, 0, 0, None, checkpoint, None, {}, "", None, None, is_missed, NOW), content)


FILES = ({"item_position": 0}, {"item_position": 0}, {"item_position": 2})


@pytest.mark.parametrize(
    ("checkpoint", "posts", "uploads"),
    [
        ({}, 3, 3),
        ({"part": 0, "bag": {"v": 1}}, 3, 1),
        ({"part": 1, "bag": {}}, 2, 1),
        ({"part": 2, "bag": {}}, 1, 1),
        ({"part": 2, "bag": {}, "doubt": {}}, 0, 0),
    ],
)
def test_what_a_publication_still_costs(checkpoint, posts, uploads):
    assert cost_of(errand(checkpoint, media=FILES, items=2)) == {"posts": posts, "uploads": uploads}


def test_what_was_missed_costs_nothing():
    assert cost_of(errand({}, media=FILES, is_missed=True)) == {"posts": 0, "uploads": 0}


def test_an_allowance_counts_what_is_in_other_hands():
    quota = Quota("posts", 3, 60, "app")
    allowance = Allowance(quota, 1, NOW, NOW, busy=1)
    assert [allowance.fits(cost) for cost in (0, 1, 2)] == [True, True, False]
    assert not allowance.is_spent
    assert allowance.again == NOW + timedelta(seconds=60)
    assert Allowance(quota, 3, NOW, NOW, busy=1).is_spent
    assert Allowance(quota, 0, None, NOW).fits(9)
    assert not Allowance(quota, 0, None, NOW, busy=1).fits(9)
