-- Put publications aside without a try (missed, they don't fit, their files aren't ready), if nobody changed them.
WITH given AS (
    SELECT * FROM json_to_recordset(%(rows)s::json) AS g(
        id uuid, fence bigint, version int, was text, "to" text, next timestamptz, class text, reason text, "where" text)
)
UPDATE publishing_publication p SET
    updated_at = now(), status = g."to", fence = g.fence + 1, not_before = g.next, deadline = NULL,
    error_class = g.class, reason = g.reason, error_where = coalesce(g."where", '')
FROM given g
WHERE p.id = g.id AND p.fence = g.fence AND p.version = g.version AND p.status = g.was AND p.worker IS NULL
RETURNING p.id::text
