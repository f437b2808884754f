-- The post itself is public and more is to follow: say so at once.
WITH given AS (
    SELECT * FROM json_to_recordset(%(rows)s::json) AS g(
        id uuid, fence bigint, published timestamptz, post text, url text)
)
UPDATE publishing_publication p SET
    published_at = coalesce(p.published_at, g.published), network_post_id = g.post, url = g.url
FROM given g WHERE p.id = g.id AND p.fence = g.fence AND p.worker = %(worker)s
