"""Stored files: the assets with their facts, and the renditions made of them for a network's needs."""

from django.db import models

from postroom.brands.models import Brand
from postroom.workspaces.models import TenantRow, User


class AssetType(models.TextChoices):
    """What kind of file it is."""

    IMAGE = "image"
    VIDEO = "video"
    GIF = "gif"
    AUDIO = "audio"
    DOCUMENT = "document"


class Purpose(models.TextChoices):
    """What an asset is for."""

    ANY = "any"
    AVATAR = "avatar"
    POST = "post"
    HIGHLIGHT = "highlight"
    STORY = "story"


class Asset(TenantRow):
    """A stored file with its facts. The same bytes are stored once in a workspace."""

    brand = models.ForeignKey(Brand, on_delete=models.SET_NULL, null=True, blank=True, related_name="assets")
    type = models.TextField(choices=AssetType.choices)
    purpose = models.TextField(choices=Purpose.choices, default=Purpose.ANY)
    filename = models.TextField()
    storage_key = models.TextField()
    """Where the bytes are: workspace, then 128 random bits. Empty once the file of a removed asset was deleted."""
    storage = models.TextField(default="local")
    thumbnail_key = models.TextField(blank=True, default="")
    mime = models.TextField()
    bytes = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    seconds = models.FloatField(null=True)
    sha256 = models.BinaryField()
    needs_cleaning = models.BooleanField(default=False)
    """Whether it carries what must not go out with it (EXIF, GPS, an unapplied rotation, a foreign colour profile)."""
    details = models.JSONField(default=dict, blank=True)
    """What else is known by content: {"codecs": ["avc1"], "rotation": 90, "frames": 12, "rate": 29.97, "pages": 3}."""
    alt_text = models.TextField(blank=True, default="")
    focus = models.JSONField(null=True, blank=True)
    """[x, y] from -1 to 1: where the eye should rest."""
    title = models.TextField(blank=True, default="")
    description = models.TextField(blank=True, default="")
    tags = models.JSONField(default=list, blank=True)
    order = models.IntegerField(default=0)
    usage_count = models.PositiveIntegerField(default=0)
    success_rate = models.FloatField(null=True)
    last_used_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    is_ai_made = models.BooleanField(default=False)
    deleted_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    is_new = False
    """Whether the upload that gave this object stored it; known there only, kept nowhere."""

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("workspace", "id"), name="asset_workspace_id"),
            models.UniqueConstraint(
                fields=("workspace", "sha256"), condition=models.Q(deleted_at__isnull=True), name="asset_once"
            ),
            models.CheckConstraint(condition=models.Q(type__in=AssetType.values), name="asset_type"),
            models.CheckConstraint(condition=models.Q(purpose__in=Purpose.values), name="asset_purpose"),
        )
        indexes = (
            models.Index(fields=("workspace", "-id"), name="asset_list"),
            models.Index(
                fields=("deleted_at",),
                condition=models.Q(deleted_at__isnull=False) & ~models.Q(storage_key=""),
                name="asset_to_bury",
            ),
        )

    def __str__(self) -> str:
        """Its file name."""
        return self.filename


class RenditionStatus(models.TextChoices):
    """How far the making of a rendition is."""

    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


class Rendition(TenantRow):
    """A form of an asset that fits a need (type, bytes, pixels, ratio), made once for all who have that need."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="renditions")
    need = models.TextField()
    """The need in canonical words; the same words, the same rendition."""
    status = models.TextField(choices=RenditionStatus.choices, default=RenditionStatus.PENDING)
    reason = models.TextField(blank=True, default="")
    storage_key = models.TextField(blank=True, default="")
    mime = models.TextField(blank=True, default="")
    bytes = models.PositiveBigIntegerField(null=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    seconds = models.FloatField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("asset", "need"), name="rendition_once"),
            models.CheckConstraint(condition=models.Q(status__in=RenditionStatus.values), name="rendition_status"),
        )

    def __str__(self) -> str:
        """Which need it serves."""
        return self.need


class LooseFile(TenantRow):
    """A file in storage that no row speaks for, yet or any more: it is deleted at its time.

    Written and committed before a file is stored, and taken away in the transaction that makes the file's row: whatever
    happens between, no file is left that nobody knows of.
    """

    storage_key = models.TextField(unique=True)
    delete_after = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("delete_after",), name="loose_file_due"),)

    def __str__(self) -> str:
        """Its key."""
        return self.storage_key
