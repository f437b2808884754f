-- Which publications of the last weeks need a person: failed, missed, or in doubt with nothing left to look at?
-- A post that has such a one says so in its own status, and there are far fewer posts than publications.
WITH troubled AS MATERIALIZED (
    SELECT p.id, p.title, p.text
    FROM posts_post p
    WHERE p.workspace_id = %(workspace)s AND p.scheduled_at BETWEEN %(since)s AND %(until)s AND p.deleted_at IS NULL
      AND p.status IN ('failed', 'partly_published', 'publishing')
      AND (%(brands)s::uuid[] IS NULL OR p.brand_id = ANY (%(brands)s))
)
SELECT q.id, q.post_id, q.status, q.error_class, q.reason, q.scheduled_for,
       left(coalesce(nullif(p.title, ''), q.text, p.text), 200),
       json_build_array(c.network, c.username, c.display_name, c.avatar_url, '')::text
FROM troubled p
JOIN publishing_publication q ON q.post_id = p.id
JOIN channels_channel c ON c.id = q.channel_id
WHERE q.status IN ('failed', 'missed') OR (q.status = 'unknown' AND q.not_before IS NULL)
ORDER BY q.scheduled_for DESC, q.id DESC
LIMIT %(limit)s;
