"""The first tables of this room, under the database's own rules."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import postroom.kit.ids
from postroom.database.tenancy import SameWorkspace, TenantTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("workspaces", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Niche",
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
                ("name", models.CharField(max_length=120)),
                ("slug", models.SlugField(max_length=80)),
                ("tier", models.PositiveSmallIntegerField(default=1)),
                (
                    "status",
                    models.TextField(choices=[("active", "active"), ("inactive", "inactive")], default="active"),
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
        ),
        migrations.CreateModel(
            name="Brand",
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
                ("name", models.CharField(max_length=200)),
                ("slug", models.SlugField(max_length=80)),
                ("description", models.TextField(blank=True, default="")),
                (
                    "status",
                    models.TextField(
                        choices=[("active", "Active"), ("inactive", "Inactive"), ("paused", "Paused")], default="active"
                    ),
                ),
                ("status_reason", models.TextField(blank=True, default="")),
                ("voice_notes", models.TextField(blank=True, default="")),
                ("default_hashtags", models.JSONField(blank=True, default=list)),
                ("daily_post_limit", models.PositiveSmallIntegerField(default=100)),
                ("time_zone", models.TextField(default="UTC")),
                ("utm_defaults", models.JSONField(blank=True, default=dict)),
                ("logo_url", models.TextField(blank=True, default="")),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
                (
                    "niche",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="brands",
                        to="brands.niche",
                    ),
                ),
            ],
            options={
                "ordering": ("name", "id"),
            },
        ),
        migrations.CreateModel(
            name="PostingSlot",
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
                ("channel_id", models.UUIDField(blank=True, null=True)),
                ("weekday", models.PositiveSmallIntegerField()),
                ("local_time", models.TimeField()),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="slots", to="brands.brand"
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
                "ordering": ("weekday", "local_time"),
            },
        ),
        migrations.AddConstraint(
            model_name="niche",
            constraint=models.UniqueConstraint(fields=("workspace", "id"), name="niche_workspace_id"),
        ),
        migrations.AddConstraint(
            model_name="niche",
            constraint=models.UniqueConstraint(fields=("workspace", "slug"), name="niche_slug"),
        ),
        migrations.AddConstraint(
            model_name="niche",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ("active", "inactive"))), name="niche_status"
            ),
        ),
        migrations.AddConstraint(
            model_name="brand",
            constraint=models.UniqueConstraint(fields=("workspace", "id"), name="brand_workspace_id"),
        ),
        migrations.AddConstraint(
            model_name="brand",
            constraint=models.UniqueConstraint(fields=("workspace", "slug"), name="brand_slug"),
        ),
        migrations.AddConstraint(
            model_name="brand",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["active", "inactive", "paused"])), name="brand_status"
            ),
        ),
        migrations.AddConstraint(
            model_name="brand",
            constraint=models.CheckConstraint(
                condition=models.Q(("daily_post_limit__range", (1, 1000))), name="brand_daily_limit"
            ),
        ),
        migrations.AddConstraint(
            model_name="postingslot",
            constraint=models.CheckConstraint(condition=models.Q(("weekday__range", (0, 6))), name="slot_weekday"),
        ),
        migrations.AddConstraint(
            model_name="postingslot",
            constraint=models.UniqueConstraint(
                fields=("brand", "channel_id", "weekday", "local_time"), name="slot_once", nulls_distinct=False
            ),
        ),
        TenantTable("niche"),
        TenantTable("brand"),
        TenantTable("postingslot"),
        SameWorkspace("brand", "niche", parent="brands.Niche"),
        SameWorkspace("postingslot", "brand", parent="brands.Brand"),
    ]
