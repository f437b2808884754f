-- What went out lately? Posts by their moment, the latest first, each with the first faces and where it stands.
WITH lately AS (
    SELECT q.scheduled_for, q.post_id, count(*) AS publications, max(q.published_at) AS published_at,
           (array_agg(q.id ORDER BY q.id))[1:5] AS shown
    FROM publishing_publication q
    JOIN posts_post p ON p.id = q.post_id
    WHERE q.workspace_id = %(workspace)s AND q.scheduled_for <= %(now)s AND q.status = 'published'
      AND (%(brands)s::uuid[] IS NULL OR p.brand_id = ANY (%(brands)s))
    GROUP BY q.scheduled_for, q.post_id
    ORDER BY q.scheduled_for DESC, q.post_id DESC
    LIMIT %(limit)s
)
SELECT lately.post_id, lately.published_at, left(coalesce(nullif(p.title, ''), p.text), 200), b.name,
       lately.publications,
       (SELECT json_agg(json_build_array(c.network, c.username, c.display_name, c.avatar_url, q.url) ORDER BY q.id)
        FROM publishing_publication q JOIN channels_channel c ON c.id = q.channel_id
        WHERE q.id = ANY (lately.shown))::text
FROM lately
JOIN posts_post p ON p.id = lately.post_id
JOIN brands_brand b ON b.id = p.brand_id
ORDER BY lately.scheduled_for DESC, lately.post_id DESC;
