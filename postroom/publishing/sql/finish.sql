-- Write how each call ended and let the publication go, if it is still ours: whose was?
WITH given AS (
    SELECT * FROM json_to_recordset(%(rows)s::json) AS g(
        id uuid, attempt uuid, fence bigint, "to" text, at timestamptz, next timestamptz, published timestamptz,
        post text, url text, class text, reason text, "where" text, retries int, deadline timestamptz, cp jsonb,
        outcome text, verdict text, answer text, http smallint)
), tries AS (
    UPDATE publishing_attempt a SET
        ended_at = g.at, outcome = g.outcome, verdict = coalesce(g.verdict, ''), answer = coalesce(g.answer, ''),
        http_status = g.http
    FROM given g WHERE a.id = g.attempt
), done AS (
    UPDATE publishing_publication p SET
        status = g."to", worker = NULL, not_before = g.next,
        published_at = coalesce(p.published_at, g.published),
        network_post_id = coalesce(g.post, p.network_post_id), url = coalesce(g.url, p.url),
        error_class = coalesce(g.class, ''), reason = coalesce(g.reason, ''), error_where = coalesce(g."where", ''),
        retries = p.retries + coalesce(g.retries, 0), deadline = g.deadline, checkpoint = g.cp
    FROM given g
    WHERE p.id = g.id AND p.fence = g.fence AND p.worker = %(worker)s
    RETURNING p.id
)
SELECT id::text FROM done
