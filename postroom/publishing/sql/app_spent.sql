-- How many posts went out by an app since each of these moments, when did the first, and on how many of its channels,
-- besides these, is one on its way? (Of workers younger than the one that asks, only what is begun counts.)
WITH app AS MATERIALIZED (
    SELECT id FROM channels_channel
    WHERE workspace_id = %(workspace)s AND network = %(network)s AND server = %(server)s
)
SELECT (SELECT count(*) FROM publishing_lane l JOIN app ON app.id = l.channel_id
        WHERE l.worker IS NOT NULL AND l.channel_id <> all(%(lanes)s::uuid[]) AND (l.worker <= %(worker)s OR EXISTS (
            SELECT FROM publishing_publication q
            WHERE q.channel_id = l.channel_id AND q.not_before <= %(now)s AND q.worker IS NOT NULL))),
       coalesce(sum(one.posts), 0), min(one.first)
FROM unnest(%(since)s::timestamptz[]) WITH ORDINALITY AS s(moment, place)
LEFT JOIN app ON true
CROSS JOIN LATERAL (
    SELECT sum(greatest(jsonb_array_length(coalesce(p.checkpoint->'receipts', '[]')), 1)) AS posts,
           min(p.published_at) AS first
    FROM publishing_publication p WHERE p.channel_id = app.id AND p.published_at > s.moment
) one
GROUP BY s.place ORDER BY s.place
