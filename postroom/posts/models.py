"""Posts: what is to be said, its items and its media, before any channel is thought of."""

from django.db import models

from postroom.brands.models import Brand
from postroom.library.models import Asset
from postroom.posts.states import PostStatus
from postroom.workspaces.models import TenantRow, User


class PostType(models.TextChoices):
    """What kind of post it is; the same words as a network's formats."""

    TEXT = "text"
    IMAGE = "image"
    CAROUSEL = "carousel"
    VIDEO = "video"
    REEL = "reel"
    STORY = "story"
    POLL = "poll"
    MIXED = "mixed"


class Post(TenantRow):
    """What is to be said: text, media, tags, when. It has one publication per channel (see `publishing`)."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="posts")
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    title = models.TextField(blank=True, default="")
    slug = models.TextField(blank=True, default="")
    text = models.TextField(blank=True, default="")
    type = models.TextField(choices=PostType.choices, default=PostType.TEXT)
    status = models.TextField(choices=PostStatus.choices, default=PostStatus.DRAFT)
    scheduled_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    hashtags = models.JSONField(default=list, blank=True)
    mentions = models.JSONField(default=list, blank=True)
    link = models.TextField(blank=True, default="")
    languages = models.JSONField(default=list, blank=True)
    poll = models.JSONField(null=True, blank=True)
    """{"options": […], "seconds": 86400, "multiple": false, "hide_totals": false}"""
    campaign = models.TextField(blank=True, default="")
    labels = models.JSONField(default=list, blank=True)
    recurrence = models.TextField(blank=True, default="")
    is_ai_made = models.BooleanField(default=False)
    metadata = models.JSONField(default=dict, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (
            models.UniqueConstraint(fields=("workspace", "id"), name="post_workspace_id"),
            models.CheckConstraint(condition=models.Q(status__in=PostStatus.values), name="post_status"),
            models.CheckConstraint(condition=models.Q(type__in=PostType.values), name="post_type"),
        )
        indexes = (
            models.Index(fields=("workspace", "-id"), name="post_list"),
            models.Index(
                fields=("workspace", "scheduled_at"), condition=models.Q(deleted_at__isnull=True), name="post_calendar"
            ),
        )

    def __str__(self) -> str:
        """Its title or the start of its text."""
        return self.title or self.text[:60]


class ItemKind(models.TextChoices):
    """What follows the post itself."""

    THREAD = "thread"
    FIRST_COMMENT = "first_comment"


class PostItem(TenantRow):
    """A further item of a post: the next of a thread, or the first comment. Item 0, the post itself, has no row."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    kind = models.TextField(choices=ItemKind.choices, default=ItemKind.THREAD)
    text = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(
                fields=("post", "position"), name="post_item_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(condition=models.Q(kind__in=ItemKind.values), name="post_item_kind"),
            models.CheckConstraint(condition=models.Q(position__gte=1), name="post_item_position"),
        )

    def __str__(self) -> str:
        """The start of its text."""
        return self.text[:60]


class PostMedia(TenantRow):
    """A file on a post or on one of its items, in order, with its own crop and alternative text."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="media")
    item_position = models.PositiveSmallIntegerField(default=0)
    """0 = the post itself, else the item's position."""
    position = models.PositiveSmallIntegerField()
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="+")
    crop = models.JSONField(null=True, blank=True)
    """{"x": 0, "y": 0, "width": 1, "height": 1} in parts of the picture."""
    alt_text = models.TextField(blank=True, default="")
    """Over the asset's own; empty = the asset's."""

    class Meta:
        ordering = ("item_position", "position")
        constraints = (
            models.UniqueConstraint(
                fields=("post", "item_position", "position"),
                name="post_media_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
        )

    def __str__(self) -> str:
        """Which file."""
        return str(self.asset_id)


class Comment(TenantRow):
    """An internal remark on a post; nobody outside sees it."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField()

    class Meta:
        ordering = ("created_at",)
        indexes = (models.Index(fields=("post", "created_at"), name="comment_post"),)

    def __str__(self) -> str:
        """The start of its text."""
        return self.text[:60]
