"""Publications and the ledger of what was tried for them; the lanes and workers of the engine.

`Publication.not_before` is the engine's queue: not null means "the engine has to look at this then". A publication
that is scheduled has it; one that has ended doesn't. `lane` rows (one per channel with work) are kept by a trigger.
"""

from django.db import models

from postroom.channels.models import Channel
from postroom.database.tables import Row
from postroom.kit.ids import uuid7
from postroom.posts.models import Post
from postroom.publishing.states import NEEDS_TIME, NEVER_DUE, PublicationStatus
from postroom.workspaces.models import TenantRow, Workspace


class Publication(TenantRow):
    """One post on one channel. Overrides that are null (text, media, items) mean "as the post has it".

    Scheduling sets status=scheduled, scheduled_for and not_before=scheduled_for together. Every change by a person
    counts `version` up: the engine begins only the version it has read.
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="publications", db_index=False)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="publications", db_index=False)
    status = models.TextField(choices=PublicationStatus.choices, default=PublicationStatus.DRAFT)
    scheduled_for = models.DateTimeField(null=True, blank=True)

    format = models.TextField(blank=True, default="")
    """A word of `networks.shape.Format`; empty = follows from the post's type."""
    text = models.TextField(null=True, blank=True)  # noqa: DJ001 - an empty text is another thing than the post's own
    options = models.JSONField(default=dict, blank=True)
    """The network's own options, by the names in `Network.options`."""
    media = models.JSONField(null=True, blank=True)
    """[{"asset_id": …, "item_position": 0, "alt_text": "", "crop": null}, …] in order."""
    items = models.JSONField(null=True, blank=True)
    """[{"kind": "thread" | "first_comment", "text": …}, …] in order; item n has item_position n (from 1)."""

    published_at = models.DateTimeField(null=True, blank=True)
    network_post_id = models.TextField(blank=True, default="")
    url = models.TextField(blank=True, default="")

    error_class = models.TextField(blank=True, default="")
    """The verdict (retry, limited, expired, rejected, unsure), or: missed, check, bug, settled."""
    reason = models.TextField(blank=True, default="")
    """Why it stands where it stands, in words for people."""
    error_where = models.TextField(blank=True, default="")
    """The field at fault: text, media.0.alt, items.2, options.visibility …"""
    attempts = models.PositiveIntegerField(default=0)
    retries = models.PositiveIntegerField(default=0)
    last_retry_at = models.DateTimeField(null=True, blank=True)

    not_before = models.DateTimeField(null=True, blank=True)
    """When the engine looks at it next: to send, to try again, or to look it up. Null = nothing to do."""
    deadline = models.DateTimeField(null=True, blank=True)
    """After it no retry is begun. Set with the first try."""
    checkpoint = models.JSONField(default=dict, blank=True)
    """How far it got; see `checkpoint.py`. Empty = nothing was begun."""
    worker = models.UUIDField(null=True, blank=True)
    """Which worker has a call of it under way; null = nobody."""
    fence = models.PositiveBigIntegerField(default=0)
    """Counts up with every begin and adoption; a result is taken only from the holder of the last one."""

    views = models.PositiveBigIntegerField(null=True, blank=True)
    reach = models.PositiveBigIntegerField(null=True, blank=True)
    impressions = models.PositiveBigIntegerField(null=True, blank=True)
    likes = models.PositiveBigIntegerField(null=True, blank=True)
    comments = models.PositiveBigIntegerField(null=True, blank=True)
    shares = models.PositiveBigIntegerField(null=True, blank=True)
    saves = models.PositiveBigIntegerField(null=True, blank=True)
    clicks = models.PositiveBigIntegerField(null=True, blank=True)
    synced_at = models.DateTimeField(null=True, blank=True)

    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("scheduled_for", "id")
        constraints = (
            models.UniqueConstraint(fields=("post", "channel"), name="publication_once"),
            models.CheckConstraint(condition=models.Q(status__in=PublicationStatus.values), name="publication_status"),
            models.CheckConstraint(
                condition=~models.Q(status__in=sorted(NEEDS_TIME)) | models.Q(not_before__isnull=False),
                name="publication_due_has_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=sorted(NEVER_DUE)) | models.Q(not_before__isnull=True),
                name="publication_ended_is_not_due",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="published") | models.Q(published_at__isnull=False),
                name="publication_published_when",
            ),
        )
        # No index names the status or the worker: beginning an attempt then rewrites no index at all.
        indexes = (
            models.Index(
                fields=("channel", "not_before"), condition=models.Q(not_before__isnull=False), name="publication_due"
            ),
            models.Index(fields=("channel", "published_at"), name="publication_channel"),
            models.Index(fields=("workspace", "scheduled_for", "id"), name="publication_calendar"),
        )

    def __str__(self) -> str:
        """Its id and status."""
        return f"{self.id} {self.status}"


class Attempt(models.Model):
    """One try at one step of a publication. Written before the call and completed after it; never removed.

    No foreign key in the database: only the engine writes here, in the statement that has just read the publication,
    and checking it again for every try cost a tenth of what a publication costs the database.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    publication = models.ForeignKey(
        Publication, on_delete=models.CASCADE, related_name="tries", db_index=False, db_constraint=False
    )
    number = models.PositiveIntegerField()
    """Which try at the publication it belongs to; the steps of one try share it."""
    part = models.PositiveSmallIntegerField(default=0)
    """0 = the post itself, else the item's position."""
    step = models.TextField()
    """The step's name in its network, or "find"."""
    touch = models.TextField()
    """looks, stages or publishes: what repeating it can do."""
    worker = models.UUIDField(null=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.TextField(default="", blank=True)
    """"" while under way; go, wait, receipt, stop, bug, absent, unclear, lost (its worker died)."""
    verdict = models.TextField(default="", blank=True)
    """retry, limited, expired, rejected or unsure, when the outcome is stop."""
    answer = models.TextField(default="", blank=True)
    """What the network said, in words; never a token."""
    http_status = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("publication", "id"), name="attempt_publication"),)

    def __str__(self) -> str:
        """Which step, and how it ended."""
        return f"{self.step} {self.outcome or 'under way'}"


class Lane(models.Model):
    """The way out of one channel: one publication at a time. Made and made due by a trigger on publications."""

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, primary_key=True, related_name="lane")
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    due_at = models.DateTimeField(null=True)
    """Not later than the earliest `not_before` on this channel; may be earlier."""
    worker = models.UUIDField(null=True)
    """Who sends on it; its lease is the worker's."""
    hold_until = models.DateTimeField(null=True)
    """The network asked this channel to wait, or its quota is used up."""
    hold_why = models.TextField(blank=True, default="")

    class Meta:
        indexes = (
            models.Index(fields=("due_at",), condition=models.Q(due_at__isnull=False), name="lane_due"),
            models.Index(fields=("worker",), condition=models.Q(worker__isnull=False), name="lane_worker"),
        )

    def __str__(self) -> str:
        """Which channel, and when it is due."""
        return f"lane of {self.channel_id}, due {self.due_at}"


class AppHold(TenantRow):
    """A whole app of a workspace at a network (or one of its servers) was asked to wait, or has used up its quota."""

    network = models.TextField()
    server = models.TextField(blank=True, default="")
    until = models.DateTimeField()
    why = models.TextField(blank=True, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("workspace", "network", "server"), name="app_hold_once"),)

    def __str__(self) -> str:
        """Which app, and until when."""
        return f"{self.network} {self.server} until {self.until}"


class Worker(Row):
    """A process that sends: its heartbeat, and the advisory lock by which its death is seen at once."""

    host = models.TextField()
    pid = models.IntegerField()
    seen_at = models.DateTimeField()
    lease_until = models.DateTimeField()
    """After it others may take over what it holds, even if its process still breathes."""
    stopped_at = models.DateTimeField(null=True)
    """It ended in good order, or was found dead and its work adopted."""
    numbers = models.JSONField(default=dict)
    """What it does right now, for doctor and pages: lanes, sent, rate."""

    class Meta:
        indexes = (
            models.Index(fields=("lease_until",), condition=models.Q(stopped_at__isnull=True), name="worker_alive"),
        )

    def __str__(self) -> str:
        """Where it runs."""
        return f"{self.host} {self.pid}"
