-- What is under way in the name of a worker that doesn't hold the channel's lane?
SELECT p.id, c.network, p.status, p.checkpoint, p.post_id, p.worker, p.channel_id
FROM publishing_publication p
JOIN publishing_lane l ON l.channel_id = p.channel_id
JOIN channels_channel c ON c.id = p.channel_id
WHERE p.not_before IS NOT NULL AND p.worker IS NOT NULL AND l.worker IS DISTINCT FROM p.worker
ORDER BY p.id FOR UPDATE OF p
