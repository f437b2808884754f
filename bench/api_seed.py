"""Fill the bench's workspace through the product's own verbs, and print what the callers need."""

import json

from postroom.config.env import choose_role

choose_role("app")
import django  # noqa: E402

django.setup()

from datetime import UTC, datetime  # noqa: E402

from postroom.brands.editing import create_brand  # noqa: E402
from postroom.posts.content import Writing  # noqa: E402
from postroom.publishing.planning import Variant, compose_post  # noqa: E402
from postroom.workspaces.founding import create_workspace  # noqa: E402
from postroom.workspaces.keys import create_api_key  # noqa: E402
from postroom.workspaces.users import actor_of_user, create_user  # noqa: E402
from tests.make.posts import make_silent_channel  # noqa: E402

POSTS = 1000
TEXT = "What we learned this week about number {}, in a few words that are neither very short nor very long at all. "


def main() -> None:
    """Make everything."""
    now = datetime.now(UTC)
    user = create_user(email="bench@example.org", name="Bench", now=now)
    workspace = create_workspace(name="Bench", user_id=user.id, now=now)
    owner = actor_of_user(user.id, workspace.id)
    brand = create_brand(actor=owner, name="Bench", now=now)
    channels = [make_silent_channel(owner, brand, network="mastodon") for _ in range(3)]
    for number in range(POSTS):
        compose_post(
            actor=owner,
            brand_id=brand.id,
            writing=Writing(text=TEXT.format(number) * 2, title=f"Number {number}"),
            variants=[Variant(channel.id) for channel in channels],
            now=now,
        )
    key = create_api_key(actor=owner, name="bench", role="owner", now=now)
    told = {
        "workspace": str(workspace.id), "brand": str(brand.id), "user": str(user.id), "key": key.raw,
        "key_id": str(key.key.id), "channels": [str(channel.id) for channel in channels],
    }  # fmt: skip
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
