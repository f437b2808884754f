"""Brands: the names that are posted under, with their voice, hours and limits."""

from django.db import models

from postroom.workspaces.models import TenantRow


class BrandStatus(models.TextChoices):
    """Whether a brand posts."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    PAUSED = "paused"


class Niche(TenantRow):
    """A content vertical (personal finance, true crime, …) that brands, hooks and topics share."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=80)
    tier = models.PositiveSmallIntegerField(default=1)
    status = models.TextField(choices=(("active", "active"), ("inactive", "inactive")), default="active")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("workspace", "id"), name="niche_workspace_id"),
            models.UniqueConstraint(fields=("workspace", "slug"), name="niche_slug"),
            models.CheckConstraint(condition=models.Q(status__in=("active", "inactive")), name="niche_status"),
        )

    def __str__(self) -> str:
        """Its name."""
        return self.name


class Brand(TenantRow):
    """A name that is posted under."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=80)
    description = models.TextField(blank=True, default="")
    status = models.TextField(choices=BrandStatus.choices, default=BrandStatus.ACTIVE)
    status_reason = models.TextField(blank=True, default="")
    niche = models.ForeignKey(Niche, on_delete=models.SET_NULL, null=True, blank=True, related_name="brands")
    voice_notes = models.TextField(blank=True, default="")
    default_hashtags = models.JSONField(default=list, blank=True)
    daily_post_limit = models.PositiveSmallIntegerField(default=100)
    time_zone = models.TextField(default="UTC")
    utm_defaults = models.JSONField(default=dict, blank=True)
    logo_url = models.TextField(blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(fields=("workspace", "id"), name="brand_workspace_id"),
            models.UniqueConstraint(fields=("workspace", "slug"), name="brand_slug"),
            models.CheckConstraint(condition=models.Q(status__in=BrandStatus.values), name="brand_status"),
            models.CheckConstraint(condition=models.Q(daily_post_limit__range=(1, 1000)), name="brand_daily_limit"),
        )

    def __str__(self) -> str:
        """Its name."""
        return self.name


class PostingSlot(TenantRow):
    """A weekly time at which something goes out; the slots of a brand or a channel make its queue."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="slots")
    channel_id = models.UUIDField(null=True, blank=True)
    """Only for this channel; null = the whole brand. (Channels live above; so no foreign key.)"""
    weekday = models.PositiveSmallIntegerField()
    """0 Monday … 6 Sunday."""
    local_time = models.TimeField()
    """In the brand's time zone."""

    class Meta:
        ordering = ("weekday", "local_time")
        constraints = (
            models.CheckConstraint(condition=models.Q(weekday__range=(0, 6)), name="slot_weekday"),
            models.UniqueConstraint(
                fields=("brand", "channel_id", "weekday", "local_time"), name="slot_once", nulls_distinct=False
            ),
        )

    def __str__(self) -> str:
        """Its weekday and time."""
        return f"{self.weekday} {self.local_time:%H:%M}"
