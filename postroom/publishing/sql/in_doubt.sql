-- Of which publications does nobody know whether they are public? Those nobody looks up any more come first.
SELECT q.id, q.post_id
FROM channels_channel c
JOIN publishing_publication q ON q.channel_id = c.id AND q.published_at IS NULL AND q.status = 'unknown'
JOIN posts_post p ON p.id = q.post_id AND p.deleted_at IS NULL
WHERE c.workspace_id = %(workspace)s AND (%(brands)s::uuid[] IS NULL OR p.brand_id = ANY (%(brands)s))
ORDER BY q.not_before NULLS FIRST, q.id
LIMIT %(limit)s;
