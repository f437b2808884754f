from django.conf import settings
from django.db import migrations

# Runs with the owner's rights, since only the owner may make tables; only the engine may call it. Should a month be
# missing for so long that its rows went to the default partition, they move over.
MONTHS = """
CREATE FUNCTION postroom_keep_months(ahead integer) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $months$
DECLARE
    parent record;
    month date;
    name text;
    span text;
BEGIN
    FOR parent IN
        SELECT c.relname, a.attname AS key, d.relname AS rest
        FROM pg_partitioned_table p
        JOIN pg_class c ON c.oid = p.partrelid AND c.relnamespace = 'public'::regnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0]
        LEFT JOIN pg_class d ON d.oid = p.partdefid
        WHERE p.partstrat = 'r'
    LOOP
        FOR month IN SELECT (date_trunc('month', now() AT TIME ZONE 'UTC') + n * interval '1 month')::date
                     FROM generate_series(0, ahead) n
        LOOP
            name := format('%s_%s', parent.relname, to_char(month, 'YYYYMM'));
            CONTINUE WHEN to_regclass(name) IS NOT NULL;
            span := format('%1$I >= %2$L AND %1$I < %3$L', parent.key, month::timestamp AT TIME ZONE 'UTC',
                           (month + interval '1 month')::timestamp AT TIME ZONE 'UTC');
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name, parent.relname);
            EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
            IF parent.rest IS NOT NULL THEN
                EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', parent.rest);
                EXECUTE format('WITH moved AS (DELETE FROM %I WHERE %s RETURNING *) INSERT INTO %I SELECT * FROM moved',
                               parent.rest, span, name);
            END IF;
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent.relname, name,
                           month::timestamp AT TIME ZONE 'UTC',
                           (month + interval '1 month')::timestamp AT TIME ZONE 'UTC');
            RETURN NEXT name;
        END LOOP;
    END LOOP;
END
$months$;
REVOKE EXECUTE ON FUNCTION postroom_keep_months(integer) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    """The function that makes the partitions of months to come."""

    initial = True
    dependencies = [("events", "0001_initial")]
    operations = [
        migrations.RunSQL(MONTHS, "DROP FUNCTION postroom_keep_months(integer)"),
        migrations.RunSQL(
            f'GRANT EXECUTE ON FUNCTION postroom_keep_months(integer) TO "{settings.DATABASE_ENGINE_ROLE}"',
            migrations.RunSQL.noop,
        ),
    ]
