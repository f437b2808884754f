-- What ended and what begins, for many publications in one breath: which were still ours, which were won?
-- No publication stands in both lists. A repeat after a lost connection finds its own fence and worker, and answers
-- the same for what began.
WITH ended AS (
    SELECT * FROM json_to_recordset(%(finish)s::json) AS g(
        id uuid, attempt uuid, fence bigint, "to" text, at timestamptz, next timestamptz, published timestamptz,
        post text, url text, class text, reason text, "where" text, retries int, deadline timestamptz, cp jsonb,
        outcome text, verdict text, answer text, http smallint)
), stepped AS (
    SELECT * FROM json_to_recordset(%(step_done)s::json) AS g(
        attempt uuid, at timestamptz, outcome text, verdict text, answer text, http smallint)
), beginning AS (
    SELECT * FROM json_to_recordset(%(begin)s::json) AS g(
        id uuid, attempt uuid, fence bigint, version int, was text, "to" text, first int, part smallint,
        step text, touch text, cp jsonb, at timestamptz, deadline timestamptz, published timestamptz, post text, url text)
), tried AS (
    UPDATE publishing_attempt a SET
        ended_at = g.at, outcome = g.outcome, verdict = coalesce(g.verdict, ''), answer = coalesce(g.answer, ''),
        http_status = g.http
    FROM (SELECT attempt, at, outcome, verdict, answer, http FROM ended
          UNION ALL SELECT attempt, at, outcome, verdict, answer, http FROM stepped) g
    WHERE a.id = g.attempt
), done AS (
    UPDATE publishing_publication p SET
        updated_at = now(), status = g."to", worker = NULL, not_before = g.next,
        published_at = coalesce(p.published_at, g.published),
        network_post_id = coalesce(g.post, p.network_post_id), url = coalesce(g.url, p.url),
        error_class = coalesce(g.class, ''), reason = coalesce(g.reason, ''), error_where = coalesce(g."where", ''),
        retries = p.retries + coalesce(g.retries, 0), deadline = g.deadline, checkpoint = g.cp
    FROM ended g
    WHERE p.id = g.id AND p.fence = g.fence AND p.worker = %(worker)s
    RETURNING p.id
), won AS (
    UPDATE publishing_publication p SET
        updated_at = now(), status = g."to", worker = %(worker)s, fence = g.fence + 1, checkpoint = g.cp,
        attempts = p.attempts + CASE WHEN p.fence = g.fence THEN g.first ELSE 0 END,
        deadline = coalesce(p.deadline, g.deadline),
        last_retry_at = CASE WHEN p.retries > 0 AND g.first = 1 THEN g.at ELSE p.last_retry_at END,
        published_at = coalesce(p.published_at, g.published),
        network_post_id = coalesce(g.post, p.network_post_id), url = coalesce(g.url, p.url)
    FROM beginning g
    WHERE p.id = g.id AND p.version = g.version
      AND ((p.fence = g.fence AND p.status = g.was) OR (p.fence = g.fence + 1 AND p.worker = %(worker)s))
    RETURNING p.id, p.workspace_id, p.attempts, g.attempt, g.part, g.step, g.touch, g.at
), begun AS (
    INSERT INTO publishing_attempt (id, workspace_id, publication_id, number, part, step, touch, worker, began_at,
                                    outcome, verdict, answer)
    SELECT attempt, workspace_id, id, attempts, part, step, touch, %(worker)s, at, '', '', '' FROM won
    ON CONFLICT (id) DO NOTHING
)
SELECT id::text FROM done UNION ALL SELECT id::text FROM won
