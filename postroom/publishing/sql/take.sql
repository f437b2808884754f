-- What is due on these channels, the first few of each?
SELECT p.id::text, p.channel_id::text, p.workspace_id::text, p.post_id::text, p.status, p.version, p.fence,
       p.retries, p.deadline, p.checkpoint, p.text, p.options, p.format, p.items, p.media,
       p.status IN ('scheduled', 'claimed') AND p.attempts = 0 AND p.scheduled_for < %(now)s - make_interval(secs => 3600 * coalesce(
           (w.settings->>'missed_after_hours')::float, %(missed)s)),
       p.scheduled_for
FROM unnest(%(lanes)s::uuid[]) AS l(channel_id)
CROSS JOIN LATERAL (
    SELECT * FROM publishing_publication q
    WHERE q.channel_id = l.channel_id AND q.not_before <= %(now)s AND q.worker IS NULL
    ORDER BY q.not_before, q.id LIMIT %(each)s
) p
JOIN workspaces_workspace w ON w.id = p.workspace_id
