"""A workspace that looks alive for the pages: the demo's, made through its own filling. Prints what visitors need.

Then, for each line "METHOD path" on standard input, prints how many questions that page asks the database.
"""

import json
import sys
from typing import Any

from postroom.config.env import choose_role, environment

choose_role("app")
import django  # noqa: E402

django.setup()

from datetime import UTC, datetime  # noqa: E402

import orjson  # noqa: E402
import psycopg  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from postroom.brands.queries import brands  # noqa: E402
from postroom.channels.queries import channels  # noqa: E402
from postroom.cli.demo.filling import fill  # noqa: E402
from postroom.cli.demo.past import admin_token  # noqa: E402
from postroom.library.queries import assets  # noqa: E402
from postroom.publishing.listing import list_posts  # noqa: E402
from postroom.workspaces.models import User  # noqa: E402
from postroom.workspaces.queries import one_workspace  # noqa: E402
from tests.web.addresses import OUTSIDE, inside  # noqa: E402

asked = 0


def count_questions() -> None:
    """Count whatever goes to the database, Django's questions and our own prepared ones."""
    execute = psycopg.Cursor.execute

    def counting(self: Any, *arguments: Any, **more: Any) -> Any:
        global asked  # noqa: PLW0603 - a counter of this process
        asked += 1
        return execute(self, *arguments, **more)

    psycopg.Cursor.execute = counting  # type: ignore[method-assign]


def main() -> None:
    """Fill, print, count."""
    actor = fill(
        lambda line: None, sandbox=sys.argv[1], token=admin_token(environment().data), now=datetime.now(UTC)
    ).actor
    workspace = one_workspace(actor)
    post = orjson.loads(list_posts(actor, limit=1).items)[0]
    channel = channels(actor)[0]
    parts = {
        "workspace": workspace.slug, "post_id": post["id"], "channel_id": channel.id, "network": channel.network,
        "publication_id": post["publications"][0]["id"], "brand_id": brands(actor)[0].id,
        "asset_id": assets(actor, limit=1)[0].id, "user_id": actor.user_id,
    }  # fmt: skip
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(id=actor.user_id or ""))
    paths = {
        name: reverse(name, kwargs={one: parts[one] for one in needed})
        for name, needed in inside()
        if parts.keys() >= set(needed)
    }
    paths |= {name: reverse(name) for name in OUTSIDE}
    print(json.dumps({"cookie": client.cookies["sessionid"].value, "paths": paths}), flush=True)
    count_questions()
    for line in sys.stdin:
        before = asked
        answer = client.get(line.strip())
        size = len(b"".join(answer.streaming_content)) if answer.streaming else len(answer.content)  # type: ignore[attr-defined] # of a test's answer
        print(json.dumps({"questions": asked - before, "status": answer.status_code, "bytes": size}), flush=True)


if __name__ == "__main__":
    main()
