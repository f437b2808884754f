-- Which publications of the last weeks need a person: failed, missed, or in doubt with nothing left to look at?
SELECT q.id, q.post_id, q.status, q.error_class, q.reason, q.scheduled_for,
       left(coalesce(nullif(p.title, ''), q.text, p.text), 200),
       json_build_array(c.network, c.username, c.display_name, c.avatar_url, '')::text
FROM publishing_publication q
JOIN posts_post p ON p.id = q.post_id
JOIN channels_channel c ON c.id = q.channel_id
WHERE q.workspace_id = %(workspace)s AND q.scheduled_for >= %(since)s
  AND (q.status IN ('failed', 'missed') OR (q.status = 'unknown' AND q.not_before IS NULL))
  AND p.deleted_at IS NULL AND (%(brands)s::uuid[] IS NULL OR p.brand_id = ANY (%(brands)s))
ORDER BY q.scheduled_for DESC, q.id DESC
LIMIT %(limit)s;
