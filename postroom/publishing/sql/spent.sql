-- How many posts went out on these channels within a window, and when does the oldest of them leave it?
SELECT p.channel_id::text, sum(greatest(jsonb_array_length(coalesce(p.checkpoint->'receipts', '[]')), 1)),
       min(p.published_at)
FROM publishing_publication p
WHERE p.channel_id = any(%(lanes)s::uuid[]) AND p.published_at > %(since)s
GROUP BY p.channel_id
