-- Free the lanes that stand in a worker's name (besides some), due at once.
UPDATE publishing_lane SET worker = NULL, due_at = least(due_at, clock_timestamp())
WHERE worker = %(worker)s AND channel_id <> all(%(besides)s::uuid[])
