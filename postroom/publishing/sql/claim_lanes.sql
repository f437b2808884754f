-- Which channels have something due and may send? Take the first of each workspace in turn, up to `free` of them.
WITH mine AS (
    SELECT * FROM json_to_recordset(%(mine)s::json) AS m(workspace_id uuid, lanes int)
), candidate AS (
    SELECT l.channel_id, l.due_at,
           row_number() OVER (PARTITION BY l.workspace_id ORDER BY l.due_at) + coalesce(m.lanes, 0) AS turn
    FROM publishing_lane l
    JOIN channels_channel c ON c.id = l.channel_id
    JOIN brands_brand b ON b.id = c.brand_id
    JOIN workspaces_workspace w ON w.id = l.workspace_id
    LEFT JOIN mine m ON m.workspace_id = l.workspace_id
    WHERE l.due_at <= %(now)s AND l.worker IS NULL AND (l.hold_until IS NULL OR l.hold_until <= %(now)s)
      AND c.status = 'active' AND c.paused_at IS NULL AND c.deleted_at IS NULL AND c.lifecycle = any(%(sends)s)
      AND b.status = 'active' AND w.paused_at IS NULL
      AND c.network = any(%(networks)s)
      AND NOT EXISTS (SELECT FROM publishing_apphold h WHERE h.workspace_id = l.workspace_id
                      AND h.network = c.network AND h.server = c.server AND h.until > %(now)s)
), chosen AS (
    SELECT channel_id FROM candidate WHERE turn <= %(share)s ORDER BY turn, due_at LIMIT %(free)s
), taken AS (
    SELECT l.channel_id FROM publishing_lane l JOIN chosen USING (channel_id)
    WHERE l.worker IS NULL FOR UPDATE OF l SKIP LOCKED
), claimed AS (
    UPDATE publishing_lane l SET worker = %(worker)s, hold_until = NULL, hold_why = ''
    FROM taken WHERE l.channel_id = taken.channel_id
    RETURNING l.channel_id
)
SELECT c.id::text, c.workspace_id::text, c.network, c.server, c.network_user_id, c.username, c.learned, c.brand_id::text
FROM claimed JOIN channels_channel c ON c.id = claimed.channel_id
