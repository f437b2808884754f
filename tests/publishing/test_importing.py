"""What is public already is taken over, once, and nothing of it is sent."""

from datetime import timedelta
from typing import Any

import pytest

from postroom.channels.models import Channel
from postroom.posts.content import Writing
from postroom.publishing.importing import KnownAlready, There, import_post
from postroom.publishing.models import Lane, Publication
from postroom.workspaces.actors import Actor, acting
from postroom.workspaces.errors import BadInput, NotAllowed, NotFound
from tests.make.posts import NOW, make_silent_channel
from tests.make.workspaces import Cast

BEFORE = NOW - timedelta(days=20)


@pytest.fixture
def channel(cast: Cast) -> Channel:
    return make_silent_channel(cast.owner, cast.brand)


def take(actor: Actor, cast: Cast, *there: There, **more: Any) -> Any:
    given: dict[str, Any] = {
        "brand_id": cast.brand.id,
        "writing": Writing(text="From before"),
        "published_at": BEFORE,
        "now": NOW,
    }
    return import_post(actor=actor, there=there, **(given | more))


def test_it_stands_where_and_when_it_was_published(cast: Cast, channel: Channel) -> None:
    post = take(cast.editor, cast, There(channel.id, "17", "https://there.test/17"))
    assert (post.status, post.published_at, post.scheduled_at) == ("published", BEFORE, BEFORE)
    with acting(cast.editor):
        one = Publication.objects.get()
        assert (one.status, one.url, one.not_before) == ("published", "https://there.test/17", None)
        assert not Lane.objects.filter(due_at__isnull=False).exists(), "nothing is to be sent"
    with pytest.raises(KnownAlready):
        take(cast.editor, cast, There(channel.id, "17"))


@pytest.mark.outsider("publishing.importing.import_post")
def test_others_take_over_nothing(cast: Cast, channel: Channel) -> None:
    with pytest.raises(NotFound):
        take(cast.outsider, cast, There(channel.id, "17"))
    with pytest.raises(NotFound):
        take(cast.outsider, cast, There(channel.id, "17"), brand_id=cast.outside_brand.id)
    with pytest.raises(NotAllowed):
        take(cast.viewer, cast, There(channel.id, "17"))


@pytest.mark.bad_input("publishing.importing.import_post")
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"published_at": NOW + timedelta(hours=1)}, "published_at"),
        ({"published_at": BEFORE.replace(tzinfo=None)}, "published_at"),
        ({"id": ""}, "network_post_id"),
        ({"id": "x" * 501}, "network_post_id"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"times": 2}, "there"),
        ({"times": 0}, "there"),
    ],
)
def test_what_can_not_be_is_refused(cast: Cast, channel: Channel, wrong: dict[str, Any], field: str) -> None:
    one = There(channel.id, wrong.pop("id", "17"), wrong.pop("url", ""))
    with pytest.raises(BadInput) as refused:
        take(cast.editor, cast, *[one] * wrong.pop("times", 1), **wrong)
    assert refused.value.field == field
