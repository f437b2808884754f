from tests.make.publishing import make_channels, make_posts


async def test_what_is_due_goes_out_once(running, owner, world):
    made = make_posts(owner, make_channels(owner, network="world", count=5), texts=["one", "two", "three"])
    running.start()
    await running.all_are("published")
    assert sorted(world.texts()) == sorted(["one", "two", "three"] * 5)
    assert world.most_busy == 1, "one publication at a time per channel"
    await running.stop()
    assert running.rows("SELECT status FROM posts_post WHERE id = any(%s)", list(made.posts)) == [{"status": "published"}] * 3
    tries = running.rows("SELECT * FROM publishing_attempt")
    assert len(tries) == 15
    assert {one["outcome"] for one in tries} == {"receipt"}
    history = running.rows("SELECT from_state, to_state FROM events_activitylog WHERE what = 'publication.status'")
    assert len(history) == 30
    assert running.rows("SELECT * FROM publishing_lane WHERE worker IS NOT NULL OR due_at IS NOT NULL") == []
