"""Shapes that several endpoints share: what comes in for a post, and how it becomes a verb's words."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema
from pydantic import BaseModel

from postroom.posts.content import ItemOf, MediaOf, Writing
from postroom.publishing.planning import Variant
from postroom.publishing.timing import When, read_when


class In(BaseModel):
    """What comes in: a name we don't know is an error, not ignored."""

    model_config = {"extra": "forbid"}


class Crop(In):
    """A part of a picture, in parts of its width and height from 0 to 1."""

    x: float
    y: float
    width: float
    height: float


class MediaIn(In):
    """A file of the library on a post or item."""

    asset_id: UUID
    alt_text: str = ""
    crop: Crop | None = None

    def of(self) -> MediaOf:
        """Give it as the verbs take it."""
        return MediaOf(self.asset_id, self.alt_text, self.crop.model_dump() if self.crop else None)


class ItemIn(In):
    """A further item: kind is thread or first_comment."""

    text: str = ""
    kind: str = "thread"
    media: list[MediaIn] = []

    def of(self) -> ItemOf:
        """Give it as the verbs take it."""
        return ItemOf(self.text, self.kind, tuple(one.of() for one in self.media))


class PollIn(In):
    """A question with answers, open for `seconds`."""

    options: list[str]
    seconds: int = 86_400
    multiple: bool = False
    hide_totals: bool = False


class VariantIn(In):
    """A post on one channel; what is left out is as the post has it."""

    channel_id: UUID
    text: str | None = None
    options: dict[str, Any] = {}
    media: list[MediaIn] | None = None
    items: list[ItemIn] | None = None
    format: str = ""

    def of(self) -> Variant:
        """Give it as the verbs take it."""
        return Variant(
            channel_id=self.channel_id,
            text=self.text,
            options=self.options,
            media=None if self.media is None else tuple(one.of() for one in self.media),
            items=None if self.items is None else tuple(one.of() for one in self.items),
            format=self.format,
        )


class WritingIn(In):
    """What a post says."""

    text: str = ""
    type: str = ""
    title: str = ""
    link: str = ""
    languages: list[str] = []
    hashtags: list[str] | None = None
    mentions: list[str] | None = None
    items: list[ItemIn] = []
    media: list[MediaIn] = []
    poll: PollIn | None = None
    campaign: str = ""
    labels: list[str] = []
    is_ai_made: bool = False
    metadata: dict[str, Any] = {}

    def of(self) -> Writing:
        """Give it as the verbs take it."""
        return Writing(
            text=self.text,
            type=self.type,
            title=self.title,
            link=self.link,
            languages=tuple(self.languages),
            hashtags=None if self.hashtags is None else tuple(self.hashtags),
            mentions=None if self.mentions is None else tuple(self.mentions),
            items=tuple(one.of() for one in self.items),
            media=tuple(one.of() for one in self.media),
            poll=self.poll.model_dump() if self.poll else None,
            campaign=self.campaign,
            labels=tuple(self.labels),
            is_ai_made=self.is_ai_made,
            metadata=self.metadata,
        )


class WhenIn(In):
    """When: "now", "next-slot", or an ISO 8601 moment (local to the brand's zone when it names none)."""

    when: str = Field(examples=["2026-12-01T09:30", "2026-12-01T08:30:00Z", "next-slot", "now"])

    def of(self) -> When:
        """Give it as the verbs take it."""
        return read_when(self.when)


class Problem(Schema):
    """An RFC 9457 problem."""

    type: str
    title: str
    status: int
    code: str
    detail: str


class PublicationOut(Schema):
    """One post on one channel, in short."""

    id: UUID
    channel_id: UUID
    status: str
    scheduled_for: datetime | None
    published_at: datetime | None
    network_post_id: str
    url: str
    error_class: str
    reason: str
    attempts: int
    not_before: datetime | None
    version: int


class PostOut(Schema):
    """A post with its publications."""

    id: UUID
    brand_id: UUID
    title: str
    text: str
    type: str
    status: str
    scheduled_at: datetime | None
    published_at: datetime | None
    version: int
    publications: list[PublicationOut]


class PostPage(Schema):
    """A page of posts, newest first."""

    items: list[PostOut]
    next: str | None
