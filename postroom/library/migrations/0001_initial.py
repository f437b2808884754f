"""The first tables of this room, under the database's own rules."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import postroom.kit.ids
from postroom.database.tenancy import SameWorkspace, TenantTable


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("brands", "0001_initial"),
        ("workspaces", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Asset",
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
                    "type",
                    models.TextField(
                        choices=[
                            ("image", "Image"),
                            ("video", "Video"),
                            ("gif", "Gif"),
                            ("audio", "Audio"),
                            ("document", "Document"),
                        ]
                    ),
                ),
                (
                    "purpose",
                    models.TextField(
                        choices=[
                            ("any", "Any"),
                            ("avatar", "Avatar"),
                            ("post", "Post"),
                            ("highlight", "Highlight"),
                            ("story", "Story"),
                        ],
                        default="any",
                    ),
                ),
                ("filename", models.TextField()),
                ("storage_key", models.TextField()),
                ("storage", models.TextField(default="local")),
                ("thumbnail_key", models.TextField(blank=True, default="")),
                ("mime", models.TextField()),
                ("bytes", models.PositiveBigIntegerField()),
                ("width", models.PositiveIntegerField(null=True)),
                ("height", models.PositiveIntegerField(null=True)),
                ("seconds", models.FloatField(null=True)),
                ("sha256", models.BinaryField()),
                ("needs_cleaning", models.BooleanField(default=False)),
                ("details", models.JSONField(blank=True, default=dict)),
                ("alt_text", models.TextField(blank=True, default="")),
                ("focus", models.JSONField(blank=True, null=True)),
                ("title", models.TextField(blank=True, default="")),
                ("description", models.TextField(blank=True, default="")),
                ("tags", models.JSONField(blank=True, default=list)),
                ("order", models.IntegerField(default=0)),
                ("usage_count", models.PositiveIntegerField(default=0)),
                ("success_rate", models.FloatField(null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                ("is_ai_made", models.BooleanField(default=False)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "brand",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="assets",
                        to="brands.brand",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="Rendition",
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
                ("need", models.TextField()),
                (
                    "status",
                    models.TextField(
                        choices=[("pending", "Pending"), ("ready", "Ready"), ("failed", "Failed")], default="pending"
                    ),
                ),
                ("reason", models.TextField(blank=True, default="")),
                ("storage_key", models.TextField(blank=True, default="")),
                ("mime", models.TextField(blank=True, default="")),
                ("bytes", models.PositiveBigIntegerField(null=True)),
                ("width", models.PositiveIntegerField(null=True)),
                ("height", models.PositiveIntegerField(null=True)),
                ("seconds", models.FloatField(null=True)),
                (
                    "asset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="renditions", to="library.asset"
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
        ),
        migrations.CreateModel(
            name="LooseFile",
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
                ("storage_key", models.TextField(unique=True)),
                ("delete_after", models.DateTimeField()),
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
        migrations.AddIndex(
            model_name="asset",
            index=models.Index(fields=["workspace", "-id"], name="asset_list"),
        ),
        migrations.AddIndex(
            model_name="asset",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False), models.Q(("storage_key", ""), _negated=True)),
                fields=["deleted_at"],
                name="asset_to_bury",
            ),
        ),
        migrations.AddConstraint(
            model_name="asset",
            constraint=models.UniqueConstraint(fields=("workspace", "id"), name="asset_workspace_id"),
        ),
        migrations.AddConstraint(
            model_name="asset",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at__isnull", True)), fields=("workspace", "sha256"), name="asset_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="asset",
            constraint=models.CheckConstraint(
                condition=models.Q(("type__in", ["image", "video", "gif", "audio", "document"])), name="asset_type"
            ),
        ),
        migrations.AddConstraint(
            model_name="asset",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose__in", ["any", "avatar", "post", "highlight", "story"])),
                name="asset_purpose",
            ),
        ),
        migrations.AddConstraint(
            model_name="rendition",
            constraint=models.UniqueConstraint(fields=("asset", "need"), name="rendition_once"),
        ),
        migrations.AddConstraint(
            model_name="rendition",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["pending", "ready", "failed"])), name="rendition_status"
            ),
        ),
        TenantTable("asset"),
        migrations.AddIndex(
            model_name="loosefile",
            index=models.Index(fields=["delete_after"], name="loose_file_due"),
        ),
        TenantTable("rendition"),
        TenantTable("loosefile"),
        SameWorkspace("asset", "brand", parent="brands.Brand"),
        SameWorkspace("rendition", "asset", parent="library.Asset"),
    ]
