-- Close the attempts that these publications' workers left open.
UPDATE publishing_attempt SET ended_at = clock_timestamp(), outcome = 'lost', answer = 'its worker was lost'
WHERE publication_id = any(%(publications)s) AND ended_at IS NULL
