-- Which of these lanes are mine and can be let go right now? (One that is just being scheduled on is locked: later.)
SELECT channel_id::text FROM publishing_lane WHERE channel_id = any(%(lanes)s::uuid[]) AND worker = %(worker)s
ORDER BY channel_id FOR UPDATE SKIP LOCKED
