-- Where do the publications of a post (or these publications) stand, on which channels, and what holds each?
SELECT q.id, q.post_id, q.channel_id, c.network, c.server, c.username, c.display_name, c.avatar_url, c.profile_url,
       c.status, c.status_reason, c.lifecycle, c.paused_at, c.paused_why, c.deleted_at, q.status, q.scheduled_for,
       q.published_at, q.url, q.text, q.items::text, q.media::text, q.error_class, q.error_where, q.reason, q.attempts,
       q.not_before, q.worker IS NOT NULL,
       jsonb_array_length(coalesce(q.checkpoint->'receipts', '[]')) BETWEEN 1
           AND jsonb_array_length(coalesce(q.checkpoint->'keys', '[]')) - 1,
       held.until, coalesce(held.why, '')
FROM publishing_publication q
JOIN channels_channel c ON c.id = q.channel_id
LEFT JOIN LATERAL (
    SELECT h.until, h.why
    FROM (SELECT l.hold_until AS until, l.hold_why AS why FROM publishing_lane l WHERE l.channel_id = q.channel_id
          UNION ALL
          SELECT a.until, a.why FROM publishing_apphold a
          WHERE a.workspace_id = q.workspace_id AND a.network = c.network AND a.server = c.server) h
    WHERE h.until > %(now)s
    ORDER BY h.until DESC LIMIT 1
) held ON q.not_before IS NOT NULL
WHERE q.post_id = %(post)s OR q.id = ANY (%(ids)s)
ORDER BY q.id
LIMIT %(limit)s;
