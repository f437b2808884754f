"""The first tables of this room, under the database's own rules."""

import django.contrib.postgres.indexes
import django.db.models.functions.datetime
from django.db import migrations, models

import postroom.kit.ids
from postroom.database.tenancy import TenantTable

# A time-ordered id made by the database, which has a function for it from version 18 on.
UUID7 = """
DO $make$
BEGIN
    IF current_setting('server_version_num')::int >= 180000 THEN
        CREATE FUNCTION postroom_uuid7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS 'SELECT uuidv7()';
    ELSE
        CREATE FUNCTION postroom_uuid7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $uuid7$
            SELECT encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
                PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
                52, 1), 53, 1), 'hex')::uuid
        $uuid7$;
    END IF;
END
$make$
"""

# Monthly partitions; the default one takes what no month was made for, so that nothing is ever refused.
# postroom_make_month makes the partition of one month; `upkeep.partitions` calls it ahead of time.
ACTIVITY = """
CREATE TABLE events_activitylog (
    id uuid NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp(), workspace_id uuid, actor_kind text NOT NULL,
    actor_id uuid, actor_name text NOT NULL, what text NOT NULL, subject_type text NOT NULL, subject_id uuid NOT NULL,
    from_state text NOT NULL, to_state text NOT NULL, why text NOT NULL, context jsonb NOT NULL, PRIMARY KEY (at, id),
    CONSTRAINT activity_actor_kind CHECK (actor_kind IN ('person', 'api_key', 'agent', 'system', 'scheduler'))
) PARTITION BY RANGE (at);
CREATE TABLE events_activitylog_other PARTITION OF events_activitylog DEFAULT;
CREATE INDEX activity_subject ON events_activitylog (subject_id, at);
CREATE INDEX activity_workspace ON events_activitylog (workspace_id, at);
CREATE INDEX activity_at ON events_activitylog USING brin (at);
CREATE FUNCTION postroom_make_month(parent text, month date) RETURNS text LANGUAGE plpgsql AS $month$
DECLARE
    first date := date_trunc('month', month);
    name text := format('%s_%s', parent, to_char(first, 'YYYYMM'));
BEGIN
    IF to_regclass(name) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', name, parent,
                       first::timestamp AT TIME ZONE 'UTC', (first + interval '1 month')::timestamp AT TIME ZONE 'UTC');
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    END IF;
    RETURN name;
END
$month$;
ALTER TABLE events_activitylog_other ENABLE ROW LEVEL SECURITY;
SELECT postroom_make_month('events_activitylog', (now() + n * interval '1 month')::date) FROM generate_series(0, 2) n;
"""
UNDO_ACTIVITY = "DROP TABLE events_activitylog; DROP FUNCTION postroom_make_month(text, date);"


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.RunSQL(UUID7, "DROP FUNCTION postroom_uuid7()"),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(ACTIVITY, UNDO_ACTIVITY)],
            state_operations=[
                migrations.CreateModel(
                    name="ActivityLog",
                    fields=[
                        ("id", models.UUIDField(default=postroom.kit.ids.uuid7, primary_key=True, serialize=False)),
                        ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("workspace_id", models.UUIDField(null=True)),
                        (
                            "actor_kind",
                            models.TextField(
                                choices=[
                                    ("person", "a person"),
                                    ("api_key", "an API key"),
                                    ("agent", "an agent"),
                                    ("system", "the system"),
                                    ("scheduler", "the scheduler"),
                                ],
                                default="system",
                            ),
                        ),
                        ("actor_id", models.UUIDField(null=True)),
                        ("actor_name", models.TextField(blank=True, default="")),
                        ("what", models.TextField()),
                        ("subject_type", models.TextField()),
                        ("subject_id", models.UUIDField()),
                        ("from_state", models.TextField(blank=True, default="")),
                        ("to_state", models.TextField(blank=True, default="")),
                        ("why", models.TextField(blank=True, default="")),
                        ("context", models.JSONField(default=dict)),
                    ],
                    options={
                        "ordering": ("-at", "-id"),
                        "indexes": [
                            models.Index(fields=["subject_id", "at"], name="activity_subject"),
                            models.Index(fields=["workspace_id", "at"], name="activity_workspace"),
                            django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="activity_at"),
                        ],
                    },
                ),
            ],
        ),
        migrations.CreateModel(
            name="Event",
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
                ("workspace_id", models.UUIDField(null=True)),
                ("category", models.TextField()),
                ("type", models.TextField()),
                (
                    "severity",
                    models.TextField(
                        choices=[
                            ("info", "Info"),
                            ("warning", "Warning"),
                            ("error", "Error"),
                            ("critical", "Critical"),
                        ],
                        default="info",
                    ),
                ),
                ("message", models.TextField()),
                ("brand_id", models.UUIDField(null=True)),
                ("channel_id", models.UUIDField(null=True)),
                ("device_id", models.UUIDField(null=True)),
                ("subject_type", models.TextField(blank=True, default="")),
                ("subject_id", models.UUIDField(null=True)),
                ("context", models.JSONField(default=dict)),
                ("dedupe", models.TextField(blank=True, default="")),
                ("times", models.PositiveIntegerField(default=1)),
                ("resolved_at", models.DateTimeField(null=True)),
                ("resolved_by", models.TextField(blank=True, default="")),
                ("resolved_by_id", models.UUIDField(null=True)),
            ],
            options={
                "ordering": ("-created_at", "-id"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("resolved_at__isnull", True)),
                        fields=["workspace_id", "-created_at"],
                        name="event_open",
                    ),
                    models.Index(fields=["subject_id"], name="event_subject"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("severity__in", ["info", "warning", "error", "critical"])),
                        name="event_severity",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("resolved_at__isnull", True), models.Q(("dedupe", ""), _negated=True)),
                        fields=("workspace_id", "dedupe"),
                        name="event_open_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        TenantTable("activitylog", append_only=True),
        TenantTable("event"),
    ]
