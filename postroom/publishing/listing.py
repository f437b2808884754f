"""Posts with their publications, for lists and pages: made into JSON by the database, so a page costs one query."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from postroom.database.asking import ask_one
from postroom.publishing.sql import load
from postroom.workspaces.actors import Actor, seeing
from postroom.workspaces.errors import NotFound
from postroom.workspaces.permissions import Permission

LIST_POSTS = load("list_posts").decode()
SHOW_POST = load("show_post").decode()
SHOW_PUBLICATION = load("show_publication").decode()


@dataclass(frozen=True, slots=True)
class Page:
    """A page of rows as a JSON array, and the id of the last row when there are more."""

    items: str
    last: UUID | None


@dataclass(frozen=True, slots=True)
class Shown:
    """One row as a JSON object, with its version."""

    body: str
    version: int


def list_posts(
    actor: Actor,
    *,
    limit: int = 50,
    after: UUID | None = None,
    brand_id: UUID | None = None,
    channel_id: UUID | None = None,
    status: str | None = None,
    campaign: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Page:
    """List posts, newest first, each with its publications; `since` and `until` are of the scheduled time."""
    actor.demand(Permission.POSTS_READ, brand_id)
    brands = actor.brand_ids if brand_id is None else {brand_id}
    values = {
        "limit": limit,
        "after": after,
        "brands": None if brands is None else list(brands),
        "channel": channel_id,
        "status": status,
        "campaign": campaign,
        "since": since,
        "until": until,
    }
    with seeing(actor):
        items, last = ask_one(LIST_POSTS, values) or ("[]", None)
    return Page(items, UUID(last) if last else None)


def show_post(actor: Actor, *, post_id: UUID) -> Shown:
    """Give one post with everything that belongs to it. Errors: NotFound."""
    return _show(actor, "post", SHOW_POST, {"post": post_id}, post_id)


def show_publication(actor: Actor, *, publication_id: UUID) -> Shown:
    """Give one publication with its attempts and its history. Errors: NotFound."""
    return _show(actor, "publication", SHOW_PUBLICATION, {"publication": publication_id}, publication_id)


def _show(actor: Actor, what: str, statement: str, values: dict[str, UUID], wanted: UUID) -> Shown:
    actor.demand(Permission.POSTS_READ)
    with seeing(actor):
        row = ask_one(statement, values)
    if row is None or not actor.sees_brand(row[1]):
        raise NotFound(what, wanted)
    return Shown(row[0], row[2])
