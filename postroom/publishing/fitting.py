"""What fits where: each publication's drafts against its network's table, with what was learned of its channel.

Pictures are checked as their renditions will be (too large ones are made smaller before they are sent); videos as is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import prefetch_related_objects

from postroom.channels.models import Channel
from postroom.library.fitting import Crop, Wanted
from postroom.library.models import Asset
from postroom.networks import registry, rules
from postroom.networks.rules import Need, Problem
from postroom.networks.shape import Format, Media, MediaKind
from postroom.posts.content import Writing
from postroom.posts.models import Post
from postroom.publishing.drafting import Content, drafts_to_check, make_content
from postroom.publishing.models import Publication
from postroom.workspaces.errors import Refusal

SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
"""Drafts carry a moment; no limit depends on it."""
CONVERTIBLE = ("image/jpeg", "image/png", "image/webp")
"""Types a picture can be made into, the best first."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """A problem of one publication. `where` names the field, with `items.N.` before it for an item."""

    publication_id: UUID
    channel_id: UUID
    network: str
    problem: Problem

    def told(self) -> dict[str, Any]:
        """Give it as plain data for doors."""
        return {
            "publication_id": str(self.publication_id),
            "channel_id": str(self.channel_id),
            "network": self.network,
            **asdict(self.problem),
        }


class DoesNotFit(Refusal):
    """Something can't be expressed on a channel; `problems` says what, where, what was found and what is allowed."""

    code = "does_not_fit"

    def __init__(self, misfits: Sequence[Misfit]) -> None:
        """Put the first problems in words."""
        words = "; ".join(f"{one.network}, {one.problem.where}: {one.problem.message}" for one in misfits[:5])
        super().__init__(words)
        self.problems = [one.told() for one in misfits]


def refuse_blocking(misfits: Iterable[Misfit], publications: Iterable[Publication]) -> None:
    """Raise `DoesNotFit` when something blocks one of these publications."""
    concerned = {one.id for one in publications}
    blocking = [one for one in misfits if one.problem.blocks and one.publication_id in concerned]
    if blocking:
        raise DoesNotFit(blocking)


def check_fit(post: Post, publications: Sequence[Publication], *, writing: Writing | None = None) -> tuple[Misfit, ...]:
    """Check publications of one post; blocking problems first. Call inside the actor's scope.

    `writing`: the post's content where the caller has just written it; else it is read from the database.
    """
    if not publications:
        return ()
    contents = _contents(post, publications, writing)
    assets = _assets(contents)
    prefetch_related_objects(publications, "channel")
    found = [
        Misfit(one.id, one.channel_id, one.channel.network, problem)
        for one in publications
        for problem in _problems(contents[one.id], one.channel, assets)
    ]
    return tuple(sorted(found, key=lambda one: not one.problem.blocks))


def wanted_files(post: Post, publications: Sequence[Publication]) -> list[Wanted]:
    """Say which files these publications want in which form, so that they are made before they are due."""
    contents = _contents(post, publications, None)
    assets = _assets(contents)
    prefetch_related_objects(publications, "channel")
    return [
        Wanted(asset.id, _need(one.channel, asset, contents[one.id]), Crop.of(file.get("crop")))
        for one in publications
        for file in contents[one.id].media
        if (asset := assets.get(UUID(str(file["asset_id"]))))
    ]


Rows = list[dict[str, Any]]


def _contents(post: Post, publications: Sequence[Publication], writing: Writing | None) -> dict[UUID, Content]:
    items, media = said_rows(writing) if writing else _stored(post)
    return {one.id: content_of(post, one, items, media) for one in publications}


def _assets(contents: Mapping[UUID, Content]) -> dict[UUID, Asset]:
    wanted = {UUID(str(file["asset_id"])) for content in contents.values() for file in content.media}
    return Asset.objects.in_bulk(list(wanted)) if wanted else {}


def _need(channel: Channel, asset: Asset, content: Content) -> Need:
    return rules.need(registry.get(channel.network), MediaKind(asset.type), content.format, channel.learned)


def _stored(post: Post) -> tuple[Rows, Rows]:
    items = [{"kind": one.kind, "text": one.text} for one in post.items.order_by("position")]
    media = [
        {"asset_id": one.asset_id, "item_position": one.item_position, "alt_text": one.alt_text, "crop": one.crop}
        for one in post.media.order_by("item_position", "position")
    ]
    return items, media


def said_rows(writing: Writing) -> tuple[Rows, Rows]:
    """Give a writing's items and files as the rows they would be."""
    items = [{"kind": item.kind, "text": item.text} for item in writing.items]
    media = [
        {"asset_id": one.asset_id, "item_position": position, "alt_text": one.alt_text, "crop": one.crop}
        for position, files in enumerate([writing.media, *(item.media for item in writing.items)])
        for one in files
    ]
    return items, media


def content_of(
    post: Post, publication: Publication, items: Sequence[Mapping[str, Any]], media: Sequence[Mapping[str, Any]]
) -> Content:
    """Lay a publication's own words over its post's."""
    return make_content(
        type_=post.type,
        text=post.text,
        link=post.link,
        languages=post.languages,
        poll=post.poll,
        ai_made=post.is_ai_made,
        hashtags=post.hashtags,
        items=items,
        media=media,
        own_text=publication.text,
        own_options=publication.options,
        own_format=publication.format,
        own_items=publication.items,
        own_media=publication.media,
    )


def _problems(content: Content, channel: Channel, assets: Mapping[UUID, Asset]) -> Iterable[Problem]:
    network = registry.get(channel.network)
    files: dict[int, tuple[Media, ...]] = {}
    for file in content.media:
        position, asset = int(file.get("item_position") or 0), assets.get(UUID(str(file["asset_id"])))
        if asset is None:
            yield Problem("media.missing", f"media.{position}", "a file of this post is no longer in the library")
            continue
        need = _need(channel, asset, content)
        files[position] = (*files.get(position, ()), forecast(asset, str(file.get("alt_text") or ""), need))
    for part, draft in enumerate(drafts_to_check(content, at=SOME_DAY, files=files)):
        for problem in rules.check(network, draft, channel.learned):
            yield replace(problem, where=f"items.{part}.{problem.where}") if part else problem
    limit = rules.Table(network, Format.TEXT, channel.learned).number("thread.max")
    if limit is not None and content.parts > limit:
        yield Problem(
            "thread.max",
            "items",
            f"{rules.WHATS['thread.max']}: {content.parts}, allowed {limit:.0f}",
            content.parts,
            limit,
        )


def forecast(asset: Asset, alt_text: str, need: Need) -> Media:
    """Give the facts a file will have when it is sent: pictures as their rendition, everything else as it is."""
    media = Media(
        kind=MediaKind(asset.type),
        mime=asset.mime,
        bytes=asset.bytes,
        name=asset.filename,
        width=asset.width,
        height=asset.height,
        seconds=asset.seconds,
        alt=alt_text or asset.alt_text,
    )
    if media.kind is not MediaKind.IMAGE or not need.types:
        return media
    mime = (
        media.mime if media.mime in need.types else next((one for one in CONVERTIBLE if one in need.types), media.mime)
    )
    width, height = _scaled(media.width or 1, media.height or 1, need)
    size = min(media.bytes, need.max_bytes) if need.max_bytes else media.bytes
    return replace(media, mime=mime, bytes=size, width=width, height=height)


def _scaled(width: int, height: int, need: Need) -> tuple[int, int]:
    """Pad to the allowed ratios, then make smaller until it fits."""
    ratio = width / height
    if need.min_ratio and ratio < need.min_ratio:
        width = round(height * need.min_ratio)
    if need.max_ratio and ratio > need.max_ratio:
        height = round(width / need.max_ratio)
    factor = 1.0
    if need.max_width:
        factor = min(factor, need.max_width / width)
    if need.max_pixels:
        factor = min(factor, (need.max_pixels / (width * height)) ** 0.5)
    return max(1, int(width * factor)), max(1, int(height * factor))
