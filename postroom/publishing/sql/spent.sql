-- How much of a kind did these channels spend since each of these moments, and when was the first of it?
SELECT p.channel_id::text, s.place, sum(c.cost), min(p.published_at)
FROM unnest(%(since)s::timestamptz[]) WITH ORDINALITY AS s(moment, place)
JOIN publishing_publication p ON p.channel_id = any(%(lanes)s::uuid[]) AND p.published_at > s.moment
CROSS JOIN LATERAL (
    SELECT CASE %(what)s
        WHEN 'posts' THEN greatest(jsonb_array_length(coalesce(p.checkpoint->'receipts', '[]')), 1)
        WHEN 'uploads' THEN CASE
            WHEN jsonb_typeof(p.media) = 'array' THEN jsonb_array_length(p.media)
            ELSE (SELECT count(*) FROM posts_postmedia m WHERE m.post_id = p.post_id) END
        END AS cost
) c
WHERE c.cost > 0
GROUP BY p.channel_id, s.place
