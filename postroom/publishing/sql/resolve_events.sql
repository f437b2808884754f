-- Publications that came through after all: nobody has to look at them any more.
UPDATE events_event SET resolved_at = clock_timestamp(), resolved_by = 'auto'
WHERE resolved_at IS NULL AND subject_type = 'publication'
  AND subject_id IN (SELECT id FROM json_to_recordset(%(rows)s::json) AS g(id uuid))
