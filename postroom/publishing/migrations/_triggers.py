"""SQL of the first migration: how publications make their channel's lane due, and what wakes the workers.

The workers listen on `postroom_due`; the payload is the moment (epoch seconds) from which there is something to do.
The engine's own connections set `postroom.engine` and are left out: they keep their lanes' times by themselves.
"""

KEEP_LANES = """
CREATE FUNCTION postroom_lanes_due() RETURNS trigger LANGUAGE plpgsql AS $lanes$
DECLARE first timestamptz;
BEGIN
    -- In the order of channels: two that schedule at the same moment wait for each other, not in a circle.
    INSERT INTO publishing_lane (channel_id, workspace_id, due_at, hold_why)
    SELECT channel_id, workspace_id, min(not_before), '' FROM new_rows WHERE not_before IS NOT NULL
    GROUP BY channel_id, workspace_id ORDER BY channel_id
    ON CONFLICT (channel_id) DO UPDATE SET due_at = least(publishing_lane.due_at, excluded.due_at)
        WHERE publishing_lane.due_at IS NULL OR excluded.due_at < publishing_lane.due_at;
    SELECT min(not_before) INTO first FROM new_rows WHERE not_before IS NOT NULL;
    IF first IS NOT NULL THEN
        PERFORM pg_notify('postroom_due', extract(epoch FROM first)::text);
    END IF;
    RETURN NULL;
END
$lanes$;
CREATE TRIGGER lanes_insert AFTER INSERT ON publishing_publication
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION postroom_lanes_due();
CREATE TRIGGER lanes_update AFTER UPDATE ON publishing_publication
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
    WHEN (current_setting('postroom.engine', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION postroom_lanes_due();
"""
UNKEEP_LANES = """
DROP TRIGGER lanes_insert ON publishing_publication;
DROP TRIGGER lanes_update ON publishing_publication;
DROP FUNCTION postroom_lanes_due();
"""

_HOLDERS = {
    "channels_channel": "status, paused_at, lifecycle, deleted_at",
    "brands_brand": "status",
    "workspaces_workspace": "paused_at",
    "publishing_lane": "hold_until",
    "publishing_apphold": "until",
}
"""Tables whose rows can hold publications back, and the columns by which they let go."""

WAKE = """
CREATE FUNCTION postroom_wake() RETURNS trigger LANGUAGE plpgsql AS $wake$
BEGIN
    PERFORM pg_notify('postroom_due', '0');
    RETURN NULL;
END
$wake$;
""" + "".join(
    f"CREATE TRIGGER wake AFTER UPDATE OF {columns} ON {table} FOR EACH STATEMENT "
    "WHEN (current_setting('postroom.engine', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION postroom_wake();\n"
    for table, columns in _HOLDERS.items()
)
UNWAKE = "".join(f"DROP TRIGGER wake ON {table};\n" for table in _HOLDERS) + "DROP FUNCTION postroom_wake();"

# The engine sets `updated_at` in its own statements: two calls of a function for each publication that is sent cost
# as much as writing its history.
FASTER_UPDATES = """
DROP TRIGGER touch ON publishing_publication;
CREATE TRIGGER touch BEFORE UPDATE ON publishing_publication FOR EACH ROW
    WHEN (current_setting('postroom.engine', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION postroom_touch();
"""
SLOWER_UPDATES = """
DROP TRIGGER touch ON publishing_publication;
CREATE TRIGGER touch BEFORE UPDATE ON publishing_publication FOR EACH ROW EXECUTE FUNCTION postroom_touch();
"""

# Room on each page for the new version of a row that begins or ends: such an update then touches no index.
FASTER_UPDATES += """
ALTER TABLE publishing_publication SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE publishing_attempt SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE publishing_lane SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
"""
SLOWER_UPDATES += """
ALTER TABLE publishing_publication RESET (fillfactor, autovacuum_vacuum_scale_factor);
ALTER TABLE publishing_attempt RESET (fillfactor, autovacuum_vacuum_scale_factor);
ALTER TABLE publishing_lane RESET (fillfactor, autovacuum_vacuum_scale_factor);
"""
