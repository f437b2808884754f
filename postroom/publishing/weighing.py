"""What a post would be on each channel, before anything of it is stored: the composer asks while somebody is typing.

The drafts and the interpreter are those of sending, so the number shown is the number the check goes by.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from postroom.brands.queries import next_free_slot
from postroom.kit import text as words
from postroom.library.models import Asset
from postroom.networks import registry, rules
from postroom.networks.rules import Problem
from postroom.networks.shape import Draft
from postroom.posts.content import Writing, check_writing, type_of
from postroom.posts.models import Post
from postroom.publishing.drafting import drafts_to_check
from postroom.publishing.fitting import SOME_DAY, check_fit, content_of, said_rows
from postroom.publishing.models import Publication
from postroom.publishing.planning import Variant, apply_variant, channels_to_plan
from postroom.publishing.states import OPEN
from postroom.workspaces.actors import Actor, seeing
from postroom.workspaces.permissions import Permission


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that would become public. `length` and `limit` (None = none) are in the network's own `unit`.

    `fits`: how many characters of the text fit; all of them where nothing is over.
    """

    kind: str
    text: str
    length: int
    limit: int | None
    unit: str
    fits: int


@dataclass(frozen=True, slots=True)
class Weighed:
    """A post on one channel: its parts as they would be there, and what doesn't fit."""

    channel_id: UUID
    network: str
    format: str
    parts: tuple[Part, ...]
    problems: tuple[Problem, ...]
    has_threads: bool

    @property
    def blocks(self) -> bool:
        """Tell whether it can't go out like this."""
        return any(one.blocks for one in self.problems)


def weigh(actor: Actor, *, brand_id: UUID, writing: Writing, variants: Sequence[Variant]) -> tuple[Weighed, ...]:
    """Weigh a post that isn't stored, on these channels of a brand; one that isn't there is left out.

    Errors: BadInput for what no network could take, NotAllowed.
    """
    actor.demand(Permission.POSTS_WRITE, brand_id)
    check_writing(writing)
    with seeing(actor):
        found = channels_to_plan([one.channel_id for one in variants]) if variants else {}
        there = [(one, found[one.channel_id]) for one in variants if one.channel_id in found]
        there = [(one, channel) for one, channel in there if channel.brand_id == brand_id]
        post = _unwritten(actor, brand_id, writing)
        publications = []
        for variant, channel in there:
            row = Publication(workspace_id=actor.workspace_id, post=post, channel=channel)
            apply_variant(row, variant)
            publications.append(row)
        misfits = check_fit(post, publications, writing=writing)
        items, media = said_rows(writing)
        return tuple(
            _weighed(post, one, items, media, [two.problem for two in misfits if two.publication_id == one.id])
            for one in publications
        )


def free_slots(
    actor: Actor, *, brand_id: UUID, channel_ids: Sequence[UUID], now: datetime
) -> dict[UUID, datetime | None]:
    """Say which slot each of these channels would get by "next slot"; None for one without slots."""
    actor.demand(Permission.POSTS_READ, brand_id)
    with seeing(actor):
        taken: dict[UUID, set[datetime]] = {}
        rows = Publication.objects.filter(channel_id__in=channel_ids, scheduled_for__gte=now, status__in=OPEN)
        for channel_id, moment in rows.values_list("channel_id", "scheduled_for"):
            if moment:
                taken.setdefault(channel_id, set()).add(moment)
        return {
            one: next_free_slot(actor, brand_id, channel_id=one, after=now, taken=taken.get(one, set()))
            for one in channel_ids
        }


def _unwritten(actor: Actor, brand_id: UUID, writing: Writing) -> Post:
    """Make the row that `posts.writing` would write. A file that is gone is left to the check, which names it."""
    types: Mapping[UUID, str] = (
        dict(Asset.objects.filter(id__in=[one.asset_id for one in writing.media]).values_list("id", "type"))
        if writing.media
        else {}
    )
    known = replace(writing, media=tuple(one for one in writing.media if one.asset_id in types))
    return Post(
        workspace_id=actor.workspace_id,
        brand_id=brand_id,
        type=writing.type or type_of(known, types),
        text=writing.text,
        link=writing.link,
        languages=list(writing.languages),
        poll=dict(writing.poll) if writing.poll else None,
        is_ai_made=writing.is_ai_made,
        hashtags=words.hashtags(writing.text) if writing.hashtags is None else list(writing.hashtags),
    )


def _weighed(post: Post, publication: Publication, items: Any, media: Any, problems: list[Problem]) -> Weighed:
    network, learned = registry.get(publication.channel.network), publication.channel.learned
    content = content_of(post, publication, items, media)
    kinds = ["post", *(one.kind for one in content.items)]
    drafts = drafts_to_check(content, at=SOME_DAY)
    return Weighed(
        channel_id=publication.channel_id,
        network=network.name,
        format=content.format.value,
        parts=tuple(_part(kind, network, draft, learned) for kind, draft in zip(kinds, drafts, strict=True)),
        problems=tuple(problems),
        has_threads=network.threads,
    )


def _part(kind: str, network: Any, draft: Draft, learned: Mapping[str, Any]) -> Part:
    length, limit = rules.count_text(network, draft, learned)
    unit = rules.Table(network, draft.format, learned).unit("text.max")
    fits = len(draft.text)
    if limit is not None and length > limit:
        low, high = 0, len(draft.text)
        while low < high:  # the longest beginning that fits
            middle = (low + high + 1) // 2
            if rules.count_text(network, replace(draft, text=draft.text[:middle]), learned)[0] <= limit:
                low = middle
            else:
                high = middle - 1
        fits = low
    return Part(kind, draft.text, length, limit, unit, fits)
