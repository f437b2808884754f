"""Filling the demo through the product's own verbs: nothing here a user couldn't do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from postroom.brands.editing import create_brand
from postroom.brands.queries import brands
from postroom.channels.connecting import connect_directly
from postroom.cli.demo.past import Place, fill_past
from postroom.cli.demo.pictures import DRAW
from postroom.cli.demo.stories import BRANDS, STORIES, Demo, Story
from postroom.library.uploading import upload_asset
from postroom.posts.content import ItemOf, MediaOf, Writing
from postroom.publishing.listing import list_posts
from postroom.publishing.planning import Variant, compose_post
from postroom.publishing.timing import At
from postroom.workspaces.actors import Actor
from postroom.workspaces.founding import create_workspace
from postroom.workspaces.keys import create_api_key
from postroom.workspaces.users import actor_of_user, create_user, user_by_email, workspaces_of

EMAIL = "demo@postroom.example"
PICTURES = 6
"""Of each brand."""
SOON = (0.1, 10)
"""Minutes from now: what a second start of the demo writes again."""


@dataclass(frozen=True, slots=True)
class Filled:
    """The demo's owner, and a new key to try the API with."""

    actor: Actor
    key: str


def fill(say: Callable[[str], None], *, sandbox: str, token: str, now: datetime) -> Filled:
    """Make the demo workspace, or what is still missing of it. `sandbox`: the sandbox's address, `token`: its admin's.

    Where all of it is there from an earlier run, the posts of the next minutes are written again.
    """
    user = user_by_email(EMAIL) or create_user(email=EMAIL, name="Demo", display_name="Demo", now=now)
    standing = workspaces_of(user.id)
    workspace = standing[0] if standing else create_workspace(name="Demo", user_id=user.id, now=now)
    actor = actor_of_user(user.id, workspace.id)
    for demo in BRANDS:
        _fill_brand(actor, demo, say, (sandbox, token), now)
    return Filled(actor, create_api_key(actor=actor, name=f"Demo of {now:%Y-%m-%d %H:%M}", role="owner", now=now).raw)


def _fill_brand(actor: Actor, demo: Demo, say: Callable[[str], None], at: tuple[str, str], now: datetime) -> None:
    sandbox, token = at
    brand = next((one for one in brands(actor) if one.name == demo.name), None) or create_brand(
        actor=actor,
        name=demo.name,
        description=demo.about,
        time_zone=demo.time_zone,
        logo_url=f"{sandbox}/avatar/{demo.channels[0][0]}.svg",
        now=now,
    )
    channels = {
        kind: connect_directly(
            actor=actor,
            network="sandbox",
            way="direct",
            brand_id=brand.id,
            fields={"name": name, "kind": kind, "server": sandbox},
            now=now,
        ).id
        for name, kind in demo.channels
    }
    say(f"{demo.name}: {len(channels)} sandbox channels connected")
    drawn = [DRAW[demo.draw](number) for number in range(PICTURES)]
    pictures = [
        upload_asset(actor=actor, chunks=[content], filename=f"{demo.draw}-{number}.jpg", brand_id=brand.id, now=now).id
        for number, content in enumerate(drawn)
    ]
    is_new = list_posts(actor, brand_id=brand.id, limit=1).items == "[]"
    if is_new:
        earlier = fill_past(
            actor,
            brand_id=brand.id,
            brand=demo.name,
            time_zone=demo.time_zone,
            places={kind: Place(channels[kind], name) for name, kind in demo.channels},
            pictures=list(zip(pictures, drawn, strict=True)),
            alt=demo.alt,
            sandbox=sandbox,
            token=token,
            now=now,
        )
        say(f"{demo.name}: {earlier} posts of the last three weeks taken over")
    stories = [
        story for story in STORIES if story.brand == demo.name and (is_new or SOON[0] <= story.minutes <= SOON[1])
    ]
    for number, story in enumerate(stories):
        _post(actor, brand.id, story, channels=channels, pictures=pictures[number % PICTURES :] + pictures, now=now)
    say(f"{demo.name}: {len(stories)} posts written and scheduled")


def _post(
    actor: Actor, brand_id: UUID, story: Story, *, channels: dict[str, UUID], pictures: list[UUID], now: datetime
) -> None:
    items = [ItemOf(text) for text in story.items]
    if story.first_comment:
        items.append(ItemOf(story.first_comment, kind="first_comment"))
    poll: dict[str, Any] | None = {"options": list(story.poll), "seconds": 86_400} if story.poll else None
    compose_post(
        actor=actor,
        brand_id=brand_id,
        writing=Writing(
            text=story.text,
            items=tuple(items),
            media=tuple(MediaOf(asset, alt_text=story.alt) for asset in dict.fromkeys(pictures[: story.pictures])),
            poll=poll,
        ),
        variants=[Variant(channels[kind], options=story.options) for kind in story.on if kind in channels],
        when=At(now + timedelta(minutes=story.minutes)),
        now=now,
    )
