-- What goes out next? The nearest moments of posts, each with the first faces it goes to.
WITH near AS (
    SELECT q.scheduled_for, q.post_id, count(*) AS publications, (array_agg(q.channel_id ORDER BY q.id))[1:5] AS channels
    FROM publishing_publication q
    JOIN posts_post p ON p.id = q.post_id
    WHERE q.workspace_id = %(workspace)s AND q.scheduled_for >= %(since)s
      AND q.status IN ('scheduled', 'claimed', 'sending') AND p.deleted_at IS NULL
      AND (%(brands)s::uuid[] IS NULL OR p.brand_id = ANY (%(brands)s))
    GROUP BY q.scheduled_for, q.post_id
    ORDER BY q.scheduled_for, q.post_id
    LIMIT %(limit)s
)
SELECT near.post_id, near.scheduled_for, left(coalesce(nullif(p.title, ''), p.text), 200), b.name, near.publications,
       (SELECT json_agg(json_build_array(c.network, c.username, c.display_name, c.avatar_url, '') ORDER BY c.id)
        FROM channels_channel c WHERE c.id = ANY (near.channels))::text
FROM near
JOIN posts_post p ON p.id = near.post_id
JOIN brands_brand b ON b.id = p.brand_id
ORDER BY near.scheduled_for, near.post_id;
