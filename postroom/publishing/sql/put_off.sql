-- Leave publications for later without a try and say why, if nobody changed them.
WITH given AS (
    SELECT * FROM json_to_recordset(%(rows)s::json) AS g(id uuid, fence bigint, version int, until timestamptz, why text)
)
UPDATE publishing_publication p SET updated_at = now(), not_before = g.until, reason = g.why
FROM given g WHERE p.id = g.id AND p.fence = g.fence AND p.version = g.version AND p.worker IS NULL
