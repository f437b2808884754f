"""The first tables of this room, under the database's own rules."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import postroom.kit.ids
from postroom.database.tenancy import SameWorkspace, TenantTable
from postroom.events.history import KeepsHistory

TRANSITIONS = """
CREATE FUNCTION postroom_channel_transition() RETURNS trigger LANGUAGE plpgsql AS $transition$
DECLARE actor jsonb := nullif(current_setting('postroom.actor', true), '')::jsonb;
BEGIN
    INSERT INTO channels_channeltransition
        (id, created_at, updated_at, workspace_id, channel_id, from_state, to_state, actor_kind, actor_id, actor_name,
         reason, context)
    SELECT postroom_uuid7(), now(), now(), new_row.workspace_id, new_row.id, old_row.lifecycle, new_row.lifecycle,
           CASE coalesce(actor->>'kind', 'system')
               WHEN 'person' THEN 'user' WHEN 'api_key' THEN 'agent' ELSE coalesce(actor->>'kind', 'system') END,
           (actor->>'id')::uuid, coalesce(actor->>'name', ''), coalesce(actor->>'why', ''),
           coalesce(actor->'context', '{}'::jsonb)
    FROM new_rows new_row JOIN old_rows old_row USING (id)
    WHERE new_row.lifecycle IS DISTINCT FROM old_row.lifecycle;
    RETURN NULL;
END
$transition$;
CREATE TRIGGER channel_transition AFTER UPDATE ON channels_channel
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION postroom_channel_transition();
"""

# The network sends an owner back with nothing but the state: it names one connection under way, by its hash.
LOOKUP = """
CREATE FUNCTION postroom_pending_connection(wanted bytea) RETURNS SETOF channels_pendingconnection
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $lookup$ SELECT * FROM channels_pendingconnection WHERE state_hash = wanted AND used_at IS NULL $lookup$;
"""
UNDO_LOOKUP = "DROP FUNCTION postroom_pending_connection(bytea);"

UNDO_TRANSITIONS = "DROP TRIGGER channel_transition ON channels_channel; DROP FUNCTION postroom_channel_transition();"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("brands", "0001_initial"),
        ("workspaces", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Channel",
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
                ("network_user_id", models.TextField()),
                ("username", models.TextField(blank=True, default="")),
                ("display_name", models.TextField(blank=True, default="")),
                ("bio", models.TextField(blank=True, default="")),
                ("avatar_url", models.TextField(blank=True, default="")),
                ("profile_url", models.TextField(blank=True, default="")),
                ("city", models.TextField(blank=True, default="")),
                ("campus", models.TextField(blank=True, default="")),
                ("niche_label", models.TextField(blank=True, default="")),
                ("tags", models.JSONField(blank=True, default=list)),
                ("learned", models.JSONField(blank=True, default=dict)),
                (
                    "status",
                    models.TextField(
                        choices=[
                            ("pending", "Pending"),
                            ("active", "Active"),
                            ("expired", "Expired"),
                            ("revoked", "Revoked"),
                            ("error", "Error"),
                        ],
                        default="pending",
                    ),
                ),
                ("status_reason", models.TextField(blank=True, default="")),
                (
                    "health",
                    models.TextField(
                        choices=[
                            ("healthy", "Healthy"),
                            ("degraded", "Degraded"),
                            ("unhealthy", "Unhealthy"),
                            ("unknown", "Unknown"),
                        ],
                        default="unknown",
                    ),
                ),
                (
                    "lifecycle",
                    models.TextField(
                        choices=[
                            ("connected", "Connected"),
                            ("assigned", "Assigned"),
                            ("rollout", "Rollout"),
                            ("review", "Review"),
                            ("ready", "Ready"),
                            ("active", "Active"),
                            ("paused", "Paused"),
                            ("resting", "Resting"),
                            ("restricted", "Restricted"),
                            ("suspended", "Suspended"),
                            ("banned", "Banned"),
                            ("archived", "Archived"),
                        ],
                        default="connected",
                    ),
                ),
                ("paused_at", models.DateTimeField(blank=True, null=True)),
                ("paused_why", models.TextField(blank=True, default="")),
                ("followers", models.PositiveBigIntegerField(blank=True, null=True)),
                ("following", models.PositiveBigIntegerField(blank=True, null=True)),
                ("posts_count", models.PositiveBigIntegerField(blank=True, null=True)),
                ("last_synced_at", models.DateTimeField(blank=True, null=True)),
                ("last_posted_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                ("error_count", models.PositiveIntegerField(default=0)),
                ("last_error", models.TextField(blank=True, default="")),
                ("last_error_at", models.DateTimeField(blank=True, null=True)),
                ("needs_review", models.BooleanField(default=False)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                ("metadata", models.JSONField(blank=True, default=dict)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="channels", to="brands.brand"
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
                "ordering": ("network", "username", "id"),
            },
        ),
        migrations.CreateModel(
            name="ChannelTransition",
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
                ("from_state", models.TextField()),
                ("to_state", models.TextField()),
                ("actor_kind", models.TextField()),
                ("actor_id", models.UUIDField(null=True)),
                ("actor_name", models.TextField(blank=True, default="")),
                ("reason", models.TextField(blank=True, default="")),
                ("context", models.JSONField(default=dict)),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="transitions", to="channels.channel"
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
                "ordering": ("-created_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Credential",
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
                ("key_id", models.TextField()),
                ("sealed", models.BinaryField()),
                ("scopes", models.JSONField(default=list)),
                ("expires_at", models.DateTimeField(null=True)),
                ("refresh_expires_at", models.DateTimeField(null=True)),
                ("refresh_at", models.DateTimeField(null=True)),
                ("refreshing_until", models.DateTimeField(null=True)),
                ("refresh_failures", models.PositiveIntegerField(default=0)),
                ("generation", models.PositiveIntegerField(default=1)),
                (
                    "channel",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="credential", to="channels.channel"
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
            name="NetworkApp",
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
                ("client_id", models.TextField()),
                ("key_id", models.TextField()),
                ("sealed", models.BinaryField()),
                ("held_until", models.DateTimeField(null=True)),
                ("held_why", models.TextField(blank=True, default="")),
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
            name="PendingConnection",
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
                ("way", models.TextField()),
                ("server", models.TextField(blank=True, default="")),
                ("state_hash", models.BinaryField(unique=True)),
                ("key_id", models.TextField()),
                ("sealed", models.BinaryField()),
                ("redirect_uri", models.TextField()),
                ("api_key_id", models.UUIDField(null=True)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "brand",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="brands.brand"),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="channels.channel"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
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
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="channel",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)), fields=["workspace", "brand"], name="channel_brand"
            ),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.UniqueConstraint(fields=("workspace", "id"), name="channel_workspace_id"),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.UniqueConstraint(fields=("workspace", "network", "network_user_id"), name="channel_once"),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["pending", "active", "expired", "revoked", "error"])),
                name="channel_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(("health__in", ["healthy", "degraded", "unhealthy", "unknown"])),
                name="channel_health",
            ),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "lifecycle__in",
                        [
                            "connected",
                            "assigned",
                            "rollout",
                            "review",
                            "ready",
                            "active",
                            "paused",
                            "resting",
                            "restricted",
                            "suspended",
                            "banned",
                            "archived",
                        ],
                    )
                ),
                name="channel_lifecycle",
            ),
        ),
        migrations.AddIndex(
            model_name="channeltransition",
            index=models.Index(fields=["channel", "-created_at"], name="transition_channel"),
        ),
        migrations.AddIndex(
            model_name="credential",
            index=models.Index(
                condition=models.Q(("refresh_at__isnull", False)), fields=["refresh_at"], name="credential_refresh"
            ),
        ),
        migrations.AddConstraint(
            model_name="networkapp",
            constraint=models.UniqueConstraint(fields=("workspace", "network", "server"), name="network_app_once"),
        ),
        TenantTable("channel"),
        TenantTable("credential"),
        TenantTable("networkapp"),
        TenantTable("pendingconnection"),
        TenantTable("channeltransition", append_only=True),
        SameWorkspace("channel", "brand", parent="brands.Brand"),
        SameWorkspace("pendingconnection", "brand", parent="brands.Brand"),
        SameWorkspace("credential", "channel", parent="channels.Channel"),
        SameWorkspace("pendingconnection", "channel", parent="channels.Channel"),
        SameWorkspace("channeltransition", "channel", parent="channels.Channel"),
        KeepsHistory("channel", column="status", why="status_reason"),
        KeepsHistory("channel", column="health"),
        KeepsHistory("channel", column="lifecycle"),
        migrations.RunSQL(TRANSITIONS, UNDO_TRANSITIONS),
        migrations.RunSQL(LOOKUP, UNDO_LOOKUP),
    ]
