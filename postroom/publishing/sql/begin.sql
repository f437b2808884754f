-- Begin one attempt each, if nobody was faster and nothing was changed: who won?
-- A repeat after a lost connection finds its own fence and worker, and answers the same.
WITH given AS (
    SELECT * FROM json_to_recordset(%(rows)s::json) AS g(
        id uuid, attempt uuid, fence bigint, version int, was text, "to" text, first int, part smallint,
        step text, touch text, cp jsonb, at timestamptz, deadline timestamptz)
), won AS (
    UPDATE publishing_publication p SET
        status = g."to", worker = %(worker)s, fence = g.fence + 1, checkpoint = g.cp,
        attempts = p.attempts + CASE WHEN p.fence = g.fence THEN g.first ELSE 0 END,
        deadline = coalesce(p.deadline, g.deadline),
        last_retry_at = CASE WHEN p.retries > 0 AND g.first = 1 THEN g.at ELSE p.last_retry_at END
    FROM given g
    WHERE p.id = g.id AND p.version = g.version
      AND ((p.fence = g.fence AND p.status = g.was) OR (p.fence = g.fence + 1 AND p.worker = %(worker)s))
    RETURNING p.id, p.workspace_id, p.attempts
), tries AS (
    INSERT INTO publishing_attempt (id, workspace_id, publication_id, number, part, step, touch, worker, began_at,
                                    outcome, verdict, answer)
    SELECT g.attempt, won.workspace_id, won.id, won.attempts, g.part, g.step, g.touch, %(worker)s, g.at, '', '', ''
    FROM given g JOIN won USING (id)
    ON CONFLICT (id) DO NOTHING
)
SELECT id::text FROM won
