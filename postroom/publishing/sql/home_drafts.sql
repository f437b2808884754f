-- Which drafts has this user begun, the one touched last first?
SELECT p.id, left(coalesce(nullif(p.title, ''), p.text), 200), b.name, p.updated_at
FROM posts_post p
JOIN brands_brand b ON b.id = p.brand_id
WHERE p.workspace_id = %(workspace)s AND p.scheduled_at IS NULL AND p.deleted_at IS NULL
  AND p.status = 'draft' AND p.author_id = %(user)s
  AND (%(brands)s::uuid[] IS NULL OR p.brand_id = ANY (%(brands)s))
ORDER BY p.updated_at DESC
LIMIT %(limit)s;
