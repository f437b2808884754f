-- What had a worker begun and not finished, on the lanes that stand in its name (besides some)?
SELECT p.id, c.network, p.status, p.checkpoint, p.post_id, p.worker
FROM publishing_lane l
JOIN publishing_publication p ON p.channel_id = l.channel_id AND p.worker = %(worker)s AND p.not_before IS NOT NULL
JOIN channels_channel c ON c.id = p.channel_id
WHERE l.worker = %(worker)s AND l.channel_id <> all(%(besides)s::uuid[])
ORDER BY p.id FOR UPDATE OF p
