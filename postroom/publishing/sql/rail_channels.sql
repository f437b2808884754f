-- Which channels does the rail show, and does anything wait on them? The first few, so that it costs nothing.
SELECT c.id, c.network, c.username, c.display_name, c.avatar_url, c.status, c.paused_at IS NOT NULL, waits.publications
FROM (
    SELECT * FROM channels_channel
    WHERE workspace_id = %(workspace)s AND deleted_at IS NULL
      AND (%(brands)s::uuid[] IS NULL OR brand_id = ANY (%(brands)s))
    ORDER BY workspace_id, brand_id
    LIMIT %(limit)s
) AS c
CROSS JOIN LATERAL (
    SELECT count(*) AS publications
    FROM (SELECT FROM publishing_publication q
          WHERE q.channel_id = c.id AND q.not_before IS NOT NULL AND q.status IN ('scheduled', 'claimed', 'sending')
          LIMIT 100) AS first
) AS waits
ORDER BY c.brand_id, c.display_name, c.id;
