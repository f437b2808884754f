-- What was tried for these publications, the first try first?
SELECT t.publication_id, t.number, t.part, t.step, t.touch, t.began_at, t.ended_at, t.outcome, t.verdict, t.answer,
       t.http_status
FROM publishing_attempt t
WHERE t.publication_id = ANY (%(ids)s)
ORDER BY t.publication_id, t.began_at, t.id;
