"""What a post's page shows, made of what `publishing` tells: parts with their pictures, and what may be done now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from postroom.library.queries import AssetRow, assets_by_id
from postroom.posts.states import EDITABLE, PostStatus
from postroom.publishing.scheduling import BEGINS
from postroom.publishing.states import PublicationStatus
from postroom.publishing.telling import Item, Picture, Told, ToldPost, ToldPublication, Whole
from postroom.web.library.tiles import KINDS, thumbnail_of
from postroom.web.posts import words
from postroom.workspaces.actors import Actor
from postroom.workspaces.permissions import Permission

S = PublicationStatus
CANCELLABLE: Final = frozenset({S.DRAFT, S.SCHEDULED, S.CLAIMED, S.FAILED, S.MISSED})
"""From these `cancel_post` and `cancel_publication` take it."""
SOON: Final = timedelta(seconds=30)
"""What is due within this is watched."""


@dataclass(frozen=True, slots=True)
class Image:
    """A file of a part. `alt` "" where nobody wrote any; `row` None where the file was removed since."""

    row: AssetRow | None
    thumbnail: str
    icon: str
    kind: Any
    alt: str


@dataclass(frozen=True, slots=True)
class Part:
    """The post itself (kind "") or what follows it, with its files."""

    kind: str
    text: str
    images: list[Image]


@dataclass(frozen=True, slots=True)
class Seen:
    """A publication on the page. `can`: again, move, cancel, settle; `parts`: only where it differs."""

    told: ToldPublication
    parts: list[Part]
    holds: list[str]
    tries: list[dict[str, Any]]
    comes_back: bool
    is_late: bool
    can: frozenset[str]


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of the history. `where`: the publication it concerns, None = the post itself."""

    told: Told
    who: str
    deed: str
    where: ToldPublication | None


def files_of(actor: Actor, told: Iterable[tuple[ToldPost, Iterable[ToldPublication]]]) -> Mapping[UUID, AssetRow]:
    """Give every file that these posts and publications have, by id, in one question."""
    wanted = {
        one.asset_id for post, there in told for media in (post.media, *(q.media for q in there)) for one in media or ()
    }
    may = wanted and actor.may(Permission.LIBRARY_READ)
    return assets_by_id(actor, list(wanted)) if may else {}


def parts_of(files: Mapping[UUID, AssetRow], text: str, items: Iterable[Item], media: Iterable[Picture]) -> list[Part]:
    """Put text, further items and their files together."""
    media = list(media)

    def images(part: int) -> list[Image]:
        return [_image(files.get(one.asset_id), one) for one in media if one.part == part]

    return [Part("", text, images(0)), *(Part(one.kind, one.text, images(one.position)) for one in items)]


def wanted_parts(files: Mapping[UUID, AssetRow], post: ToldPost, one: ToldPublication) -> list[Part]:
    """Give what a publication says: its own text, items and files, where it has them, else the post's."""
    return parts_of(
        files,
        post.text if one.text is None else one.text,
        post.items if one.items is None else one.items,
        post.media if one.media is None else one.media,
    )


def seen(actor: Actor, files: Mapping[UUID, AssetRow], post: ToldPost, one: ToldPublication, now: datetime) -> Seen:
    """Show one publication to this reader."""
    is_own = one.text is not None or one.items is not None or one.media is not None
    return Seen(
        told=one,
        parts=wanted_parts(files, post, one) if is_own else [],
        holds=words.holds(post, one),
        tries=tries_of(one),
        comes_back=words.looks_next(one, now),
        is_late=one.status == S.SCHEDULED and one.not_before is not None and one.not_before < now - SOON,
        can=_can(actor, post, one),
    )


def tries_of(one: ToldPublication) -> list[dict[str, Any]]:
    """Give a publication's tries with their words, the last first."""
    told = []
    for tried in reversed(one.tries):
        said, tone = words.outcome(tried)
        told.append({"is": tried, "outcome": said, "tone": tone, "touch": words.touch(tried)})
    return told


def is_live(publications: Iterable[Seen], now: datetime) -> bool:
    """Whether something is happening that a reader waits for: sending, a look, or a moment that is near."""
    for one in publications:
        told = one.told
        if told.status in {S.CLAIMED, S.SENDING} or told.is_being_called:
            return True
        is_near = told.not_before is not None and told.not_before <= now + SOON
        if is_near and not one.holds:
            return True
    return False


def deeds(whole: Whole) -> list[Deed]:
    """Give the history in words, newest first."""
    there = {one.id: one for one in whole.publications}
    return [Deed(told, words.who(told), words.deed(told), there.get(told.subject_id)) for told in whole.history]


def post_can(actor: Actor, whole: Whole) -> frozenset[str]:
    """What this reader may do with the post as it stands: edit, schedule, unschedule, cancel, remove."""
    post, statuses = whole.post, {one.status for one in whole.publications}
    write = actor.may(Permission.POSTS_WRITE, post.brand_id)
    schedule = actor.may(Permission.POSTS_SCHEDULE, post.brand_id)
    can = {
        "edit": write and post.status in EDITABLE,
        "schedule": schedule and bool(statuses & BEGINS),
        "unschedule": schedule and post.status == PostStatus.SCHEDULED and statuses <= BEGINS,
        "cancel": schedule and post.status != PostStatus.CANCELLED and (not statuses or bool(statuses & CANCELLABLE)),
        "remove": write and post.status not in {PostStatus.SCHEDULED, PostStatus.PUBLISHING},
    }
    return frozenset(name for name, allowed in can.items() if allowed)


def _can(actor: Actor, post: ToldPost, one: ToldPublication) -> frozenset[str]:
    schedule = actor.may(Permission.POSTS_SCHEDULE, post.brand_id) and not one.is_being_called
    can = {
        "again": schedule and one.can_go_again and (one.status != S.SCHEDULED or one.attempts > 0),
        "move": schedule and one.status in BEGINS,
        "cancel": schedule and one.status in CANCELLABLE,
        "settle": one.status == S.UNKNOWN and actor.may(Permission.POSTS_SETTLE, post.brand_id),
    }
    return frozenset(name for name, allowed in can.items() if allowed)


def _image(row: AssetRow | None, one: Picture) -> Image:
    if row is None:
        return Image(None, "", "file", "", one.alt_text)
    kind, icon = KINDS[row.type]
    return Image(row, thumbnail_of(row), icon, kind, one.alt_text or row.alt_text)
