-- What stands in a span of time? One row per post and moment: where it stands, its first picture, its first three faces.
WITH standing AS (
    SELECT q.scheduled_for, q.post_id, count(*) AS publications, array_agg(DISTINCT q.status) AS statuses,
           (array_agg(q.channel_id ORDER BY q.id))[1:3] AS channels
    FROM publishing_publication q
    JOIN posts_post p ON p.id = q.post_id
    WHERE q.workspace_id = %(workspace)s AND q.scheduled_for >= %(since)s AND q.scheduled_for < %(until)s
      AND q.status = ANY (%(statuses)s) AND p.deleted_at IS NULL
      AND (%(brands)s::uuid[] IS NULL OR p.brand_id = ANY (%(brands)s))
      AND (%(channel)s::uuid IS NULL OR q.channel_id = %(channel)s)
      AND (%(campaign)s::text IS NULL OR p.campaign = %(campaign)s)
    GROUP BY q.scheduled_for, q.post_id
    ORDER BY q.scheduled_for, q.post_id
    LIMIT %(limit)s
)
SELECT s.post_id, s.scheduled_for, left(coalesce(nullif(p.text, ''), p.title), 240), b.name, b.time_zone,
       s.publications, s.statuses, coalesce(picture.type, ''), coalesce(picture.thumbnail_key, ''),
       (SELECT json_agg(json_build_array(c.network, c.username, c.display_name, c.avatar_url, '') ORDER BY c.id)
        FROM channels_channel c WHERE c.id = ANY (s.channels))::text
FROM standing s
JOIN posts_post p ON p.id = s.post_id
JOIN brands_brand b ON b.id = p.brand_id
LEFT JOIN LATERAL (
    SELECT a.type, a.thumbnail_key
    FROM posts_postmedia m JOIN library_asset a ON a.id = m.asset_id
    WHERE m.post_id = s.post_id
    ORDER BY m.item_position, m.position
    LIMIT 1
) AS picture ON true
ORDER BY s.scheduled_for, s.post_id;
