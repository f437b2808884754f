"""What happened (append-only), and what somebody has to look at."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now

from postroom.database.tables import Row
from postroom.kit.ids import uuid7


class ActorKind(models.TextChoices):
    """Who or what acted."""

    PERSON = "person", "a person"
    API_KEY = "api_key", "an API key"
    AGENT = "agent", "an agent"
    SYSTEM = "system", "the system"
    SCHEDULER = "scheduler", "the scheduler"


class ActivityLog(models.Model):
    """One thing that was done: who or what did it, when, to what, from which state to which, and why.

    Append-only and kept in monthly partitions (see the first migration and `upkeep.partitions`). Ids without foreign
    keys, so that the history outlives what it tells of. State changes are written by triggers (`events.history`).
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    at = models.DateTimeField(db_default=Now())
    workspace_id = models.UUIDField(null=True)
    actor_kind = models.TextField(choices=ActorKind.choices, default=ActorKind.SYSTEM)
    actor_id = models.UUIDField(null=True)
    actor_name = models.TextField(blank=True, default="")
    what = models.TextField()
    """Subject and past participle: "brand.created"; for a state change the subject and column: "publication.status"."""
    subject_type = models.TextField()
    subject_id = models.UUIDField()
    from_state = models.TextField(blank=True, default="")
    to_state = models.TextField(blank=True, default="")
    why = models.TextField(blank=True, default="")
    context = models.JSONField(default=dict)

    class Meta:
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=("subject_id", "at"), name="activity_subject"),
            models.Index(fields=("workspace_id", "at"), name="activity_workspace"),
            BrinIndex(fields=("at",), name="activity_at"),
        )

    def __str__(self) -> str:
        """What was done to what."""
        return f"{self.what} {self.subject_id}"


class Severity(models.TextChoices):
    """How much an event matters."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"


class Event(Row):
    """Something that happened and that somebody may have to look at; unresolved until resolved."""

    workspace_id = models.UUIDField(null=True)
    category = models.TextField()
    """The room it comes from: publishing, channels, library, …"""
    type = models.TextField()
    """What it is, for machines: "publication.unknown"."""
    severity = models.TextField(choices=Severity.choices, default=Severity.INFO)
    message = models.TextField()
    brand_id = models.UUIDField(null=True)
    channel_id = models.UUIDField(null=True)
    device_id = models.UUIDField(null=True)
    subject_type = models.TextField(blank=True, default="")
    subject_id = models.UUIDField(null=True)
    context = models.JSONField(default=dict)
    dedupe = models.TextField(blank=True, default="")
    """While an unresolved event with the same words stands here, the next one only counts it up."""
    times = models.PositiveIntegerField(default=1)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.TextField(blank=True, default="")
    """Kind of who resolved it: person, agent, or auto."""
    resolved_by_id = models.UUIDField(null=True)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (
            models.CheckConstraint(condition=models.Q(severity__in=Severity.values), name="event_severity"),
            models.UniqueConstraint(
                fields=("workspace_id", "dedupe"),
                condition=models.Q(resolved_at__isnull=True) & ~models.Q(dedupe=""),
                name="event_open_once",
                nulls_distinct=False,
            ),
        )
        indexes = (
            models.Index(
                fields=("workspace_id", "-created_at"), condition=models.Q(resolved_at__isnull=True), name="event_open"
            ),
            models.Index(fields=("subject_id",), name="event_subject"),
        )

    def __str__(self) -> str:
        """The message."""
        return self.message
