-- Note on channels when they posted last.
WITH given AS (
    SELECT * FROM json_to_recordset(%(rows)s::json) AS g(id uuid, posted timestamptz)
)
UPDATE channels_channel c SET last_posted_at = g.posted, last_used_at = g.posted
FROM given g WHERE c.id = g.id AND g.posted IS NOT NULL AND (c.last_posted_at IS NULL OR c.last_posted_at < g.posted)
