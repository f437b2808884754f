"""The first tables of this room, under the database's own rules."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import postroom.kit.ids
from postroom.database.tenancy import PlainTable, SameWorkspace, TenantTable
from postroom.events.history import KeepsHistory
from postroom.publishing.migrations._triggers import (
    FASTER_UPDATES,
    KEEP_LANES,
    SLOWER_UPDATES,
    UNKEEP_LANES,
    UNWAKE,
    WAKE,
)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("channels", "0001_initial"),
        ("posts", "0001_initial"),
        ("workspaces", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Publication",
            fields=[
                (
                    "id",
                    models.UUIDField(default=postroom.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "updated_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "status",
                    models.TextField(
                        choices=[
                            ("draft", "Draft"),
                            ("scheduled", "Scheduled"),
                            ("claimed", "Claimed"),
                            ("sending", "Sending"),
                            ("published", "Published"),
                            ("failed", "Failed"),
                            ("unknown", "Unknown"),
                            ("missed", "Missed"),
                            ("handed_off", "Handed Off"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="draft",
                    ),
                ),
                ("scheduled_for", models.DateTimeField(blank=True, null=True)),
                ("format", models.TextField(blank=True, default="")),
                ("text", models.TextField(blank=True, null=True)),
                ("options", models.JSONField(blank=True, default=dict)),
                ("media", models.JSONField(blank=True, null=True)),
                ("items", models.JSONField(blank=True, null=True)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("network_post_id", models.TextField(blank=True, default="")),
                ("url", models.TextField(blank=True, default="")),
                ("error_class", models.TextField(blank=True, default="")),
                ("reason", models.TextField(blank=True, default="")),
                ("error_where", models.TextField(blank=True, default="")),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("retries", models.PositiveIntegerField(default=0)),
                ("last_retry_at", models.DateTimeField(blank=True, null=True)),
                ("not_before", models.DateTimeField(blank=True, null=True)),
                ("deadline", models.DateTimeField(blank=True, null=True)),
                ("checkpoint", models.JSONField(blank=True, default=dict)),
                ("worker", models.UUIDField(blank=True, null=True)),
                ("fence", models.PositiveBigIntegerField(default=0)),
                ("views", models.PositiveBigIntegerField(blank=True, null=True)),
                ("reach", models.PositiveBigIntegerField(blank=True, null=True)),
                ("impressions", models.PositiveBigIntegerField(blank=True, null=True)),
                ("likes", models.PositiveBigIntegerField(blank=True, null=True)),
                ("comments", models.PositiveBigIntegerField(blank=True, null=True)),
                ("shares", models.PositiveBigIntegerField(blank=True, null=True)),
                ("saves", models.PositiveBigIntegerField(blank=True, null=True)),
                ("clicks", models.PositiveBigIntegerField(blank=True, null=True)),
                ("synced_at", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "channel",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="publications",
                        to="channels.channel",
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="publications",
                        to="posts.post",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
            ],
            options={
                "ordering": ("scheduled_for", "id"),
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "id",
                    models.UUIDField(default=postroom.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("number", models.PositiveIntegerField()),
                ("part", models.PositiveSmallIntegerField(default=0)),
                ("step", models.TextField()),
                ("touch", models.TextField()),
                ("worker", models.UUIDField(null=True)),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("outcome", models.TextField(blank=True, default="")),
                ("verdict", models.TextField(blank=True, default="")),
                ("answer", models.TextField(blank=True, default="")),
                ("http_status", models.PositiveSmallIntegerField(null=True)),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
                (
                    "publication",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tries",
                        to="publishing.publication",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Worker",
            fields=[
                (
                    "id",
                    models.UUIDField(default=postroom.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "updated_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("host", models.TextField()),
                ("pid", models.IntegerField()),
                ("lock_key", models.BigIntegerField(unique=True)),
                ("seen_at", models.DateTimeField()),
                ("lease_until", models.DateTimeField()),
                ("stopped_at", models.DateTimeField(null=True)),
                ("numbers", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("stopped_at__isnull", True)), fields=["lease_until"], name="worker_alive"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AppHold",
            fields=[
                (
                    "id",
                    models.UUIDField(default=postroom.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "updated_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("network", models.TextField()),
                ("server", models.TextField(blank=True, default="")),
                ("until", models.DateTimeField()),
                ("why", models.TextField(blank=True, default="")),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("workspace", "network", "server"), name="app_hold_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Lane",
            fields=[
                (
                    "channel",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="lane",
                        serialize=False,
                        to="channels.channel",
                    ),
                ),
                ("due_at", models.DateTimeField(null=True)),
                ("worker", models.UUIDField(null=True)),
                ("hold_until", models.DateTimeField(null=True)),
                ("hold_why", models.TextField(blank=True, default="")),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="lane_due"),
                    models.Index(condition=models.Q(("worker__isnull", False)), fields=["worker"], name="lane_worker"),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="publication",
            index=models.Index(
                condition=models.Q(("not_before__isnull", False)),
                fields=["channel", "not_before"],
                name="publication_due",
            ),
        ),
        migrations.AddIndex(
            model_name="publication",
            index=models.Index(fields=["channel", "published_at"], name="publication_channel"),
        ),
        migrations.AddIndex(
            model_name="publication",
            index=models.Index(fields=["workspace", "scheduled_for", "id"], name="publication_calendar"),
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.UniqueConstraint(fields=("post", "channel"), name="publication_once"),
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "draft",
                            "scheduled",
                            "claimed",
                            "sending",
                            "published",
                            "failed",
                            "unknown",
                            "missed",
                            "handed_off",
                            "cancelled",
                        ],
                    )
                ),
                name="publication_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["claimed", "scheduled", "sending"]), _negated=True),
                    ("not_before__isnull", False),
                    _connector="OR",
                ),
                name="publication_due_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["cancelled", "draft", "failed", "handed_off", "missed"]), _negated=True),
                    ("not_before__isnull", True),
                    _connector="OR",
                ),
                name="publication_ended_is_not_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="publication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "published"), _negated=True), ("published_at__isnull", False), _connector="OR"
                ),
                name="publication_published_when",
            ),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(fields=["publication", "id"], name="attempt_publication"),
        ),
        TenantTable("publication"),
        TenantTable("attempt"),
        TenantTable("lane"),
        TenantTable("apphold"),
        PlainTable("worker"),
        SameWorkspace("publication", "post", parent="posts.Post"),
        SameWorkspace("publication", "channel", parent="channels.Channel"),
        SameWorkspace("lane", "channel", parent="channels.Channel"),
        KeepsHistory("publication", why="reason"),
        migrations.RunSQL(KEEP_LANES, UNKEEP_LANES),
        migrations.RunSQL(WAKE, UNWAKE),
        migrations.RunSQL(FASTER_UPDATES, SLOWER_UPDATES),
    ]
