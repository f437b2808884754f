-- Which campaigns have something around a span of time?
SELECT DISTINCT p.campaign
FROM posts_post p
WHERE p.workspace_id = %(workspace)s AND p.deleted_at IS NULL AND p.campaign <> ''
  AND p.scheduled_at >= %(since)s AND p.scheduled_at < %(until)s
  AND (%(brands)s::uuid[] IS NULL OR p.brand_id = ANY (%(brands)s))
ORDER BY p.campaign
LIMIT %(limit)s;
