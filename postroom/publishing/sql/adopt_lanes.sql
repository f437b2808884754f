-- Free the lanes that stand in a worker's name (besides some), due at once, and close the attempts it left open.
WITH lanes AS (
    UPDATE publishing_lane SET worker = NULL, due_at = least(due_at, clock_timestamp())
    WHERE worker = %(worker)s AND channel_id <> all(%(besides)s::uuid[])
)
UPDATE publishing_attempt SET ended_at = clock_timestamp(), outcome = 'lost', answer = 'its worker died'
WHERE publication_id = any(%(publications)s) AND ended_at IS NULL AND worker = %(worker)s
