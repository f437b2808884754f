"""A workspace in which everything has happened: posts in every state, channels in trouble, files, words to look at."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
from django.utils import timezone

from postroom.channels.models import Channel
from postroom.kit.ids import uuid7
from postroom.posts.content import ItemOf, MediaOf, Writing
from postroom.publishing.importing import There, import_post
from postroom.publishing.planning import Plan, Variant, compose_post
from postroom.publishing.timing import At
from tests.make.brands import make_slots
from tests.make.library import encoded, make_asset, noise
from tests.make.posts import make_silent_channel
from tests.make.workspaces import Cast

LONG = (
    "A longer thought about mornings, bread and the first train, with a link at its end: https://example.org/bread " * 2
)

ENGINES = ("failed", "unknown", "missed", "sending")
"""States that only the engine gives."""
WORDS = "The network said no: the text names a word it doesn't take."


@dataclass
class Rich:
    """What stands in the workspace, by what an address needs."""

    cast: Cast
    channels: list[Channel]
    posts: dict[str, UUID]
    """By the state they are in."""
    publications: dict[str, UUID]
    asset_id: UUID

    def fill(self, names: Any) -> dict[str, Any]:
        """Values for an address's parts; for one that nobody has thought of here, an id that nothing has."""
        known = {
            "workspace": self.cast.workspace.slug, "post_id": self.posts["published"], "brand_id": self.cast.brand.id,
            "channel_id": self.channels[0].id, "asset_id": self.asset_id, "network": self.channels[0].network,
            "publication_id": self.publications["unknown"], "user_id": self.cast.editor.user_id,
        }  # fmt: skip
        return {name: known.get(name) or uuid7() for name in names}


def make_rich(cast: Cast, owner_dsn: str) -> Rich:
    """Fill the cast's workspace. `owner_dsn`: past row-level security, for states that only the engine reaches."""
    channels = _channels(cast)
    make_slots(cast.owner, cast.brand, (0, "09:30"), (3, "17:00"))
    picture = make_asset(cast.owner, encoded(noise(640, 800)), filename="bread.jpg")
    plans = _plans(cast, channels, picture.id)
    posts = {state: plan.post.id for state, plan in plans.items()} | {"published": _past(cast, channels)}
    publications = {state: plan.publications[0].id for state, plan in plans.items()}
    with psycopg.connect(owner_dsn, autocommit=True) as engine:
        engine.execute("SET postroom.engine = 'on'")
        for state in ENGINES:
            engine.execute(
                "UPDATE publishing_publication SET status = %s, attempts = 2, reason = %s, error_class = 'rejected',"
                " not_before = CASE WHEN %s THEN not_before END WHERE id = %s",
                [state, WORDS, state == "sending", publications[state]],
            )
            engine.execute(
                "UPDATE posts_post SET status = %s WHERE id = %s",
                ["publishing" if state in {"unknown", "sending"} else "failed", posts[state]],
            )
        engine.execute("UPDATE channels_channel SET status = 'expired' WHERE id = %s", [channels[1].id])
    return Rich(cast, channels, posts, publications, picture.id)


def _channels(cast: Cast) -> list[Channel]:
    owner, brand = cast.owner, cast.brand
    resting = {"paused_at": timezone.now(), "paused_why": "A rest"}
    return [
        make_silent_channel(owner, brand, display_name="Morning Post"),
        make_silent_channel(owner, brand, network="mastodon", display_name="The Evening Edition"),
        make_silent_channel(owner, brand, network="sandbox", display_name="Try-out", **resting),
        make_silent_channel(owner, cast.other_brand, network="mastodon"),
    ]


def _plans(cast: Cast, channels: list[Channel], picture: UUID) -> dict[str, Plan]:
    """Posts that Postroom wrote: a draft, scheduled ones, and one for each state of the engine's."""
    now, media = timezone.now(), (MediaOf(picture, alt_text="A loaf of bread"),)

    def compose(writing: Writing, hours: float | None, *on: Channel) -> Plan:
        when = None if hours is None else At(now + timedelta(hours=hours))
        variants = [Variant(one.id) for one in on or channels[:2]]
        return compose_post(
            actor=cast.owner, brand_id=cast.brand.id, writing=writing, variants=variants, when=when, now=now
        )

    return {
        "draft": compose(Writing(text="A thought that isn't finished"), None),
        "scheduled": compose(Writing(text=LONG, media=media, items=(ItemOf("And a second part"),)), 2),
        "later": compose(Writing(text="Next week, the same again"), 150),
        **{state: compose(Writing(text=f"This one is {state}"), 1, channels[0]) for state in ENGINES},
    }


def _past(cast: Cast, channels: list[Channel]) -> UUID:
    """Posts of the last two weeks; gives yesterday's."""
    now = timezone.now()

    def past(text: str, days: int, *there: There) -> UUID:
        at, writing = now - timedelta(days=days), Writing(text=text)
        return import_post(
            actor=cast.owner, brand_id=cast.brand.id, writing=writing, published_at=at, there=there, now=now
        ).id

    one, other, *_ = (channel.id for channel in channels)
    for day in range(2, 16):
        past(f"{day} days ago", day, There(one, f"day {day}", "https://example.org/d"))
    return past(
        "It went out yesterday",
        1,
        There(one, "1", "https://example.org/1"),
        There(other, "2", "https://example.org/2"),
    )
