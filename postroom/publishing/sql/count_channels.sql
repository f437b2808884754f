-- How many channels are there, how many of them need somebody, are held, or are gone; and on which networks?
SELECT count(*) FILTER (WHERE c.deleted_at IS NULL),
       count(*) FILTER (WHERE c.deleted_at IS NULL AND (
           c.status <> 'active' OR c.health = 'unhealthy' OR c.lifecycle IN ('restricted', 'suspended', 'banned')
           OR CASE WHEN k.refresh_expires_at IS NOT NULL THEN k.refresh_expires_at
                   WHEN k.refresh_at IS NULL THEN k.expires_at END < %(soon)s)),
       count(*) FILTER (WHERE c.deleted_at IS NULL
                          AND (c.paused_at IS NOT NULL OR c.lifecycle IN ('paused', 'resting', 'archived'))),
       count(*) FILTER (WHERE c.deleted_at IS NOT NULL),
       coalesce(array_agg(DISTINCT c.network), '{}')
FROM channels_channel c
LEFT JOIN channels_credential k ON k.channel_id = c.id
WHERE c.workspace_id = %(workspace)s AND (%(brands)s::uuid[] IS NULL OR c.brand_id = ANY (%(brands)s));
