-- Let lanes go, due again at their next publication. They are locked: nobody is scheduling on them meanwhile.
WITH given AS (
    SELECT * FROM json_to_recordset(%(rows)s::json) AS g(id uuid, hold timestamptz, why text)
)
UPDATE publishing_lane l SET
    worker = NULL, hold_until = g.hold, hold_why = coalesce(g.why, ''),
    due_at = (SELECT min(p.not_before) FROM publishing_publication p
              WHERE p.channel_id = l.channel_id AND p.not_before IS NOT NULL AND p.worker IS NULL)
FROM given g WHERE l.channel_id = g.id
RETURNING l.due_at
