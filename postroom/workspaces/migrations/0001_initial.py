"""The first tables of this room, under the database's own rules."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import postroom.kit.ids
from postroom.database.tenancy import PlainTable, TenantTable

MINE = "user_id = nullif(current_setting('postroom.user_id', true), '')::uuid"
MINE_BY_MEMBERSHIP = f"id IN (SELECT workspace_id FROM workspaces_membership WHERE {MINE})"  # noqa: S608 - our own constant

# Before a request's workspace is known, a key or an invitation has to be found by what the caller holds. The first two
# functions look past row-level security for exactly one row, named by a secret's hash or a key's unique prefix. The
# third names the workspaces to the command line, whose user owns the machine and the database with it.
LOOKUPS = """
CREATE FUNCTION postroom_api_key(wanted text) RETURNS SETOF workspaces_apikey
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $lookup$ SELECT * FROM workspaces_apikey WHERE prefix = wanted AND revoked_at IS NULL $lookup$;
CREATE FUNCTION postroom_invitation(wanted bytea) RETURNS SETOF workspaces_invitation
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $lookup$ SELECT * FROM workspaces_invitation WHERE secret_hash = wanted AND accepted_at IS NULL
                AND revoked_at IS NULL $lookup$;
CREATE FUNCTION postroom_workspaces() RETURNS TABLE (id uuid, slug varchar, name varchar)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $lookup$ SELECT id, slug, name FROM workspaces_workspace $lookup$;
"""
UNDO_LOOKUPS = "DROP FUNCTION postroom_api_key(text); DROP FUNCTION postroom_invitation(bytea); DROP FUNCTION postroom_workspaces();"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Workspace",
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
                ("slug", models.SlugField(max_length=80, unique=True)),
                ("time_zone", models.TextField(default="UTC")),
                ("settings", models.JSONField(blank=True, default=dict)),
                ("paused_at", models.DateTimeField(blank=True, null=True)),
                ("paused_why", models.TextField(blank=True, default="")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
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
                ("email", models.EmailField(max_length=254, unique=True)),
                ("username", models.CharField(blank=True, max_length=60, null=True, unique=True)),
                ("name", models.CharField(blank=True, default="", max_length=200)),
                ("display_name", models.CharField(blank=True, default="", max_length=200)),
                ("avatar_url", models.TextField(blank=True, default="")),
                ("is_active", models.BooleanField(default=True)),
                ("is_staff", models.BooleanField(default=False)),
                ("email_verified_at", models.DateTimeField(blank=True, null=True)),
                ("preferences", models.JSONField(blank=True, default=dict)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RepeatableRequest",
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
                ("api_key_id", models.UUIDField(null=True)),
                ("key", models.CharField(max_length=255)),
                ("fingerprint", models.BinaryField()),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("headers", models.JSONField(default=dict)),
                ("body", models.BinaryField(default=b"")),
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
            name="Membership",
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
                    "role",
                    models.TextField(
                        choices=[
                            ("owner", "Owner"),
                            ("admin", "Admin"),
                            ("editor", "Editor"),
                            ("approver", "Approver"),
                            ("viewer", "Viewer"),
                        ]
                    ),
                ),
                ("brand_ids", models.JSONField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
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
        ),
        migrations.CreateModel(
            name="Invitation",
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
                ("email", models.EmailField(max_length=254)),
                (
                    "role",
                    models.TextField(
                        choices=[
                            ("owner", "Owner"),
                            ("admin", "Admin"),
                            ("editor", "Editor"),
                            ("approver", "Approver"),
                            ("viewer", "Viewer"),
                        ]
                    ),
                ),
                ("brand_ids", models.JSONField(blank=True, null=True)),
                ("secret_hash", models.BinaryField(unique=True)),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "invited_by",
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
        ),
        migrations.CreateModel(
            name="ApiKey",
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
                ("prefix", models.CharField(max_length=16, unique=True)),
                ("hash", models.BinaryField()),
                (
                    "role",
                    models.TextField(
                        choices=[
                            ("owner", "Owner"),
                            ("admin", "Admin"),
                            ("editor", "Editor"),
                            ("approver", "Approver"),
                            ("viewer", "Viewer"),
                        ]
                    ),
                ),
                ("scopes", models.JSONField(default=list)),
                ("brand_ids", models.JSONField(blank=True, null=True)),
                ("is_agent", models.BooleanField(default=False)),
                ("expires_at", models.DateTimeField(null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
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
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower("email"), name="user_email_lower"),
        ),
        migrations.AddIndex(
            model_name="repeatablerequest",
            index=models.Index(fields=["created_at"], name="repeatable_age"),
        ),
        migrations.AddConstraint(
            model_name="repeatablerequest",
            constraint=models.UniqueConstraint(
                fields=("workspace", "api_key_id", "key"), name="repeatable_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(fields=("workspace", "user"), name="membership_once"),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["owner", "admin", "editor", "approver", "viewer"])),
                name="membership_role",
            ),
        ),
        migrations.AddIndex(
            model_name="invitation",
            index=models.Index(fields=["workspace", "email"], name="invitation_email"),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["owner", "admin", "editor", "approver", "viewer"])),
                name="invitation_role",
            ),
        ),
        migrations.AddIndex(
            model_name="apikey",
            index=models.Index(fields=["workspace", "-created_at"], name="api_key_list"),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["owner", "admin", "editor", "approver", "viewer"])),
                name="api_key_role",
            ),
        ),
        PlainTable("user"),
        TenantTable("workspace", column="id", extra_policy=MINE_BY_MEMBERSHIP),
        TenantTable("membership", extra_policy=MINE),
        TenantTable("invitation"),
        TenantTable("apikey"),
        TenantTable("repeatablerequest"),
        migrations.RunSQL(LOOKUPS, UNDO_LOOKUPS),
    ]
