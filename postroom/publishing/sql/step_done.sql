-- Write how each step of a publication ended whose next step begins in the same transaction.
WITH given AS (
    SELECT * FROM json_to_recordset(%(rows)s::json) AS g(
        attempt uuid, at timestamptz, outcome text, verdict text, answer text, http smallint)
)
UPDATE publishing_attempt a SET
    ended_at = g.at, outcome = g.outcome, verdict = coalesce(g.verdict, ''), answer = coalesce(g.answer, ''),
    http_status = g.http
FROM given g WHERE a.id = g.attempt
