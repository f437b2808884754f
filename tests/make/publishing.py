"""Publications in bulk, written straight into the tables by the owner: for the engine's tests and for the bench.

Verbs would make the same rows; here only the engine is looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from postroom.kit.ids import uuid7


@dataclass(frozen=True, slots=True)
class Filled:
    """What was made."""

    workspace: UUID
    brand: UUID
    channels: tuple[UUID, ...]
    posts: tuple[UUID, ...]


def make_channels(
    connection: psycopg.Connection[Any], *, network: str, count: int = 1, server: str = "", learned: Any = None
) -> Filled:
    """A workspace with a brand and active channels on one network."""
    workspace, brand = uuid7(), uuid7()
    channels = tuple(uuid7() for _ in range(count))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO workspaces_workspace (id, name, slug, time_zone, settings, paused_why)"
            " VALUES (%s, 'Workspace', %s, 'UTC', '{}', '')",
            [workspace, workspace.hex],
        )
        cursor.execute(
            "INSERT INTO brands_brand (id, workspace_id, name, slug, description, status, status_reason, voice_notes,"
            " default_hashtags, daily_post_limit, time_zone, utm_defaults, logo_url, version)"
            " VALUES (%s, %s, 'Brand', 'brand', '', 'active', '', '', '[]', 1000, 'UTC', '{}', '', 1)",
            [brand, workspace],
        )
        cursor.executemany(
            "INSERT INTO channels_channel (id, workspace_id, brand_id, network, server, network_user_id, username,"
            " display_name, bio, avatar_url, profile_url, city, campus, niche_label, tags, learned, status,"
            " status_reason, health, lifecycle, paused_why, error_count, last_error, needs_review, metadata, version)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, '', '', '', '', '', '', '', '[]', %s, 'active', '', 'healthy',"
            " 'active', '', 0, '', false, '{}', 1)",
            [
                (one, workspace, brand, network, server, f"u{index}", f"user{index}", Jsonb(learned or {}))
                for index, one in enumerate(channels)
            ],
        )
    return Filled(workspace, brand, channels, ())


def make_posts(
    connection: psycopg.Connection[Any],
    where: Filled,
    *,
    texts: Sequence[str],
    due: datetime | None = None,
    items: Sequence[tuple[str, str]] = (),
    status: str = "scheduled",
    spread: float = 0.0,
) -> Filled:
    """Posts, each with a publication on every channel, due at one moment (now by default) or `spread` seconds apart."""
    due = due or datetime.now(UTC)
    posts = tuple(uuid7() for _ in texts)
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO posts_post (id, workspace_id, brand_id, title, slug, text, type, status, scheduled_at,"
            " hashtags, mentions, link, languages, campaign, labels, recurrence, is_ai_made, metadata, version)"
            " VALUES (%s, %s, %s, '', '', %s, 'text', 'scheduled', %s, '[]', '[]', '', '[]', '', '[]', '', false,"
            " '{}', 1)",
            [(post, where.workspace, where.brand, text, due) for post, text in zip(posts, texts, strict=True)],
        )
        cursor.executemany(
            "INSERT INTO posts_postitem (id, workspace_id, post_id, position, kind, text)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [
                (uuid7(), where.workspace, post, place, kind, text)
                for post in posts
                for place, (kind, text) in enumerate(items, 1)
            ],
        )
        _put_on_channels(cursor, where, posts, due, status=status, spread=spread)
    return Filled(where.workspace, where.brand, where.channels, where.posts + posts)


def _put_on_channels(
    cursor: psycopg.Cursor[Any], where: Filled, posts: Sequence[UUID], due: datetime, *, status: str, spread: float
) -> None:
    width = len(where.channels)
    pairs = [(post, channel) for post in posts for channel in where.channels]
    at = [due + timedelta(seconds=spread * index) for index in range(len(pairs))]
    cursor.execute(
        "INSERT INTO publishing_publication (id, workspace_id, post_id, channel_id, status, scheduled_for, not_before,"
        " format, options, network_post_id, url, error_class, reason, error_where, attempts, retries, checkpoint,"
        " fence, version)"
        " SELECT made.id, %(workspace)s, made.post, made.channel, %(status)s, made.at, made.at, '', '{}', '', '', '',"
        "        '', '', 0, 0, '{}', 0, 1"
        " FROM unnest(%(ids)s::uuid[], %(posts)s::uuid[], %(channels)s::uuid[], %(at)s::timestamptz[])"
        "      AS made(id, post, channel, at)",
        {
            "ids": [uuid7() for _ in range(width * len(posts))],
            "workspace": where.workspace,
            "status": status,
            "posts": [post for post, _ in pairs],
            "channels": [channel for _, channel in pairs],
            "at": at,
        },
    )
