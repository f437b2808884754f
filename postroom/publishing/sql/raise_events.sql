-- Raise an event for each publication that really came to stand where its ending says; an open one is counted up.
WITH given AS (
    SELECT * FROM json_to_recordset(%(rows)s::json) AS g(
        id uuid, publication uuid, "to" text, type text, severity text, message text, context jsonb)
)
INSERT INTO events_event (id, workspace_id, category, type, severity, message, brand_id, channel_id, subject_type,
                          subject_id, context, dedupe, times, resolved_by)
SELECT g.id, p.workspace_id, 'publishing', g.type, g.severity, g.message, c.brand_id, p.channel_id, 'publication',
       p.id, coalesce(g.context, '{}'), 'publication:' || p.id, 1, ''
FROM given g JOIN publishing_publication p ON p.id = g.publication JOIN channels_channel c ON c.id = p.channel_id
WHERE g."to" IS NULL OR p.status = g."to"
ON CONFLICT (workspace_id, dedupe) WHERE resolved_at IS NULL AND NOT dedupe = ''
DO UPDATE SET times = events_event.times + 1, type = excluded.type, severity = excluded.severity,
              message = excluded.message, context = excluded.context
