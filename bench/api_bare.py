"""The statements of one API call, and nothing else, by threads on a bare psycopg pool."""

import json
import sys
import threading
import time
from typing import Any
from uuid import UUID

from postroom.config.env import choose_role, environment

choose_role("app")
from psycopg_pool import ConnectionPool  # noqa: E402

from postroom.config import folder  # noqa: E402
from postroom.kit.ids import uuid7  # noqa: E402
from postroom.publishing.sql import load  # noqa: E402

SCOPE = (
    "SELECT set_config('postroom.workspace_id', %s, true), set_config('postroom.user_id', %s, true),"
    " set_config('postroom.actor', %s, true)"
)
POST = """
INSERT INTO posts_post (id, workspace_id, brand_id, title, slug, text, type, status, hashtags, mentions, link,
                        languages, campaign, labels, recurrence, is_ai_made, metadata, version)
VALUES (%s, %s, %s, '', '', %s, 'text', 'draft', '[]', '[]', '', '[]', '', '[]', '', false, '{}', 1)
"""
PUBLICATION = """
INSERT INTO publishing_publication (id, workspace_id, post_id, channel_id, status, format, options, network_post_id,
                                    url, error_class, reason, error_where, attempts, retries, checkpoint, fence,
                                    version)
VALUES (%s, %s, %s, %s, 'draft', '', '{}', '', '', '', '', '', 0, 0, '{}', 0, 1)
"""
EVENT = """
INSERT INTO events_activitylog (id, at, workspace_id, actor_kind, actor_id, actor_name, what, subject_type, subject_id,
                                from_state, to_state, why, context)
VALUES (%s, now(), %s, 'api_key', %s, 'bench', 'post.created', 'post', %s, '', '', '', '{}')
"""
LIST = load("list_posts").decode()
NO_FILTERS = dict.fromkeys(("after", "brands", "channel", "status", "campaign", "since", "until")) | {"limit": 100}


def one_list(connection: Any, seeded: dict[str, Any]) -> None:
    """What a list asks of the database."""
    with connection.transaction():
        connection.execute(SCOPE, [seeded["workspace"], "", ""])
        connection.execute(LIST, NO_FILTERS).fetchone()


def one_create(connection: Any, seeded: dict[str, Any]) -> None:
    """The rows of a create."""
    post, workspace = uuid7(), UUID(seeded["workspace"])
    with connection.transaction():
        connection.execute(SCOPE, [seeded["workspace"], "", ""])
        connection.execute(POST, [post, workspace, UUID(seeded["brand"]), "Hello from the bench"])
        for channel in seeded["channels"]:
            connection.execute(PUBLICATION, [uuid7(), workspace, post, UUID(channel)])
        connection.execute(EVENT, [uuid7(), workspace, UUID(seeded["key_id"]), post])


def main() -> None:
    """Run for some seconds; print how many a second."""
    what, seeded, threads, seconds = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    work = {"list": one_list, "create": one_create}[what]
    done = [0] * threads
    with ConnectionPool(folder.address(environment(), "app") or "", min_size=threads, max_size=threads) as pool:
        pool.wait()
        end = time.monotonic() + seconds

        def run(index: int) -> None:
            while time.monotonic() < end:
                with pool.connection() as connection:
                    work(connection, seeded)
                done[index] += 1

        running = [threading.Thread(target=run, args=(index,)) for index in range(threads)]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
    print(sum(done) / seconds, flush=True)


if __name__ == "__main__":
    main()
