-- Which channels are there, by brand, and what waits on each? One page, or one of them.
WITH page AS MATERIALIZED (
    SELECT c.*, b.name AS brand_name, k.expires_at,
           -- A key that is renewed by itself ends only with what renews it.
           CASE WHEN k.refresh_expires_at IS NOT NULL THEN k.refresh_expires_at
                WHEN k.refresh_at IS NULL THEN k.expires_at END AS key_ends_at
    FROM channels_channel c
    JOIN brands_brand b ON b.id = c.brand_id
    LEFT JOIN channels_credential k ON k.channel_id = c.id
    WHERE c.workspace_id = %(workspace)s
      AND (%(brands)s::uuid[] IS NULL OR c.brand_id = ANY (%(brands)s))
      AND (%(network)s::text IS NULL OR c.network = %(network)s)
      AND (%(one)s::uuid IS NULL OR c.id = %(one)s)
      AND (%(standing)s::text IS NULL OR (%(standing)s = 'gone') = (c.deleted_at IS NOT NULL))
      AND CASE %(standing)s
          WHEN 'trouble' THEN c.status <> 'active' OR c.health = 'unhealthy'
               OR c.lifecycle IN ('restricted', 'suspended', 'banned')
               OR CASE WHEN k.refresh_expires_at IS NOT NULL THEN k.refresh_expires_at
                       WHEN k.refresh_at IS NULL THEN k.expires_at END < %(soon)s
          WHEN 'held' THEN c.paused_at IS NOT NULL OR c.lifecycle IN ('paused', 'resting', 'archived')
          WHEN 'working' THEN c.status = 'active' AND c.paused_at IS NULL
          ELSE true END
    ORDER BY b.name, c.brand_id, c.display_name, c.id
    LIMIT %(limit)s OFFSET %(skip)s
)
SELECT page.id, page.brand_id, page.brand_name, page.network, page.server, page.username, page.display_name,
       page.avatar_url, page.profile_url, page.status, page.status_reason, page.health, page.lifecycle,
       page.paused_at, page.paused_why, page.followers, page.last_posted_at, page.last_synced_at, page.last_error,
       page.deleted_at, page.key_ends_at, waits.publications, waits.next_at
FROM page
CROSS JOIN LATERAL (
    SELECT count(*) AS publications, min(q.scheduled_for) AS next_at
    FROM publishing_publication q
    WHERE q.channel_id = page.id AND q.not_before IS NOT NULL AND q.status IN ('scheduled', 'claimed', 'sending')
) AS waits
ORDER BY page.brand_name, page.brand_id, page.display_name, page.id;
