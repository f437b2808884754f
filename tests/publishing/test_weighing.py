"""A post weighed before it is stored: the numbers of the check, and a whole revision at once."""

from datetime import timedelta

import pytest

from postroom.posts.content import ItemOf, MediaOf, Writing
from postroom.posts.models import Post
from postroom.publishing.fitting import DoesNotFit
from postroom.publishing.planning import Variant
from postroom.publishing.revising import revise_post
from postroom.publishing.timing import At
from postroom.publishing.weighing import free_slots, weigh
from postroom.workspaces.actors import acting
from postroom.workspaces.errors import Conflict, NotAllowed
from tests.make.brands import make_slots
from tests.make.posts import NOW, make_post, make_silent_channel, nobody
from tests.make.workspaces import Cast


def test_a_text_is_counted_as_the_network_counts(cast: Cast) -> None:
    one = make_silent_channel(cast.owner, cast.brand)
    two = make_silent_channel(cast.owner, cast.brand, network="mastodon", learned={"text.max": 40})
    text = "See https://example.org/a/very/long/address/indeed 👩‍👩‍👧"
    variants = [Variant(one.id), Variant(two.id, text="x" * 45), Variant(nobody())]
    writing = Writing(text=text, items=(ItemOf("and more"),), media=(MediaOf(nobody()),))
    found = {
        each.channel_id: each for each in weigh(cast.editor, brand_id=cast.brand.id, writing=writing, variants=variants)
    }
    assert set(found) == {one.id, two.id}
    assert [part.kind for part in found[one.id].parts] == ["post", "thread"]
    assert (found[one.id].parts[0].length, found[one.id].parts[0].fits) == (52, len(text))
    over = found[two.id].parts[0]
    assert (over.length, over.limit, over.fits) == (45, 40, 40)
    assert {problem.code for problem in found[two.id].problems} == {"text.max", "media.missing"}
    with acting(cast.owner):
        assert not Post.objects.exists()


def test_only_who_may_write_there_weighs(cast: Cast) -> None:
    channel = make_silent_channel(cast.owner, cast.brand)
    with pytest.raises(NotAllowed):
        weigh(cast.viewer, brand_id=cast.brand.id, writing=Writing(text="x"), variants=[Variant(channel.id)])
    assert weigh(cast.outsider, brand_id=cast.brand.id, writing=Writing(text="x"), variants=[Variant(channel.id)]) == ()


def test_the_next_slot_of_each_channel(cast: Cast) -> None:
    one, two = (make_silent_channel(cast.owner, cast.brand) for _ in range(2))
    make_slots(cast.owner, cast.brand, (0, "13:00"), (0, "14:00"))
    make_post(cast.editor, cast.brand, one, when=At(NOW + timedelta(hours=1)))
    found = free_slots(cast.editor, brand_id=cast.brand.id, channel_ids=[one.id, two.id], now=NOW)
    assert {key: moment and moment.hour for key, moment in found.items()} == {one.id: 14, two.id: 13}


def test_a_revision_is_all_or_nothing(cast: Cast) -> None:
    one, two = (make_silent_channel(cast.owner, cast.brand) for _ in range(2))
    post = make_post(cast.editor, cast.brand, one, when=At(NOW + timedelta(hours=2))).post

    def revise(text: str, *variants: Variant, version: int | None = None) -> None:
        later = At(NOW + timedelta(hours=3))
        revise_post(
            actor=cast.editor, post_id=post.id, writing=Writing(text=text), variants=variants, when=later, now=NOW,
            version=version,
        )  # fmt: skip

    with pytest.raises(Conflict):
        revise("Mine", Variant(one.id), version=post.version + 5)
    with pytest.raises(DoesNotFit):
        revise("y" * 400, Variant(one.id), Variant(two.id, text="short"))
    with acting(cast.owner):
        post.refresh_from_db()
        assert (post.text, post.publications.count()) == ("Hello", 1)
    revise("y" * 400, Variant(one.id, text="one"), Variant(two.id, text="two"))
    with acting(cast.owner):
        assert sorted((row.text or "", row.status) for row in post.publications.all()) == [
            ("one", "scheduled"),
            ("two", "scheduled"),
        ]
