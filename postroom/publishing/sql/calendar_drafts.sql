-- Which posts have no time yet, the one touched last first? With how many channels they are meant for, and whose faces.
SELECT p.id, left(coalesce(nullif(p.text, ''), p.title), 240), b.name, p.status, count(q.id),
       (SELECT json_agg(json_build_array(c.network, c.username, c.display_name, c.avatar_url, '') ORDER BY c.id)
        FROM channels_channel c WHERE c.id = ANY ((array_agg(q.channel_id ORDER BY q.id))[1:3]))::text
FROM posts_post p
JOIN brands_brand b ON b.id = p.brand_id
LEFT JOIN publishing_publication q ON q.post_id = p.id
WHERE p.workspace_id = %(workspace)s AND p.scheduled_at IS NULL AND p.deleted_at IS NULL
  AND p.status IN ('draft', 'in_review', 'approved')
  AND (%(brands)s::uuid[] IS NULL OR p.brand_id = ANY (%(brands)s))
  AND (%(campaign)s::text IS NULL OR p.campaign = %(campaign)s)
  AND (%(channel)s::uuid IS NULL OR EXISTS (
          SELECT FROM publishing_publication o WHERE o.post_id = p.id AND o.channel_id = %(channel)s))
GROUP BY p.id, b.id
ORDER BY p.updated_at DESC
LIMIT %(limit)s;
