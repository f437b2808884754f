-- What is there to know of one publication: where it stands, why, what holds it, and every attempt?
SELECT row_to_json(shown)::text, shown.brand_id, shown.version
FROM (
    SELECT q.id, q.post_id, p.brand_id, q.channel_id, c.network, c.username, q.status, q.scheduled_for, q.published_at,
           q.network_post_id, q.url, q.text, q.options, q.media, q.items, q.format, q.error_class, q.error_where, q.reason,
           q.attempts, q.retries, q.last_retry_at, q.not_before, q.deadline, q.views, q.reach, q.impressions, q.likes,
           q.comments, q.shares, q.saves, q.clicks, q.synced_at, q.version, q.created_at, q.updated_at,
           held.until AS held_until, coalesce(held.why, '') AS held_why,
           (SELECT coalesce(json_agg(json_build_object(
                        'number', t.number, 'part', t.part, 'step', t.step, 'touch', t.touch, 'began_at', t.began_at,
                        'ended_at', t.ended_at, 'outcome', t.outcome, 'verdict', t.verdict, 'answer', t.answer,
                        'http_status', t.http_status)
                    ORDER BY t.began_at, t.id), '[]')
            FROM publishing_attempt t WHERE t.publication_id = q.id) AS tries,
           (SELECT coalesce(json_agg(json_build_object(
                        'at', h.at, 'what', h.what, 'from', h.from_state, 'to', h.to_state, 'why', h.why,
                        'actor_kind', h.actor_kind, 'actor_name', h.actor_name)
                    ORDER BY h.at, h.id), '[]')
            FROM events_activitylog h WHERE h.subject_id = q.id) AS history
    FROM publishing_publication q
    JOIN posts_post p ON p.id = q.post_id
    JOIN channels_channel c ON c.id = q.channel_id
    LEFT JOIN LATERAL (
        SELECT h.until, h.why
        FROM (SELECT l.hold_until AS until, l.hold_why AS why FROM publishing_lane l WHERE l.channel_id = q.channel_id
              UNION ALL
              SELECT a.until, a.why FROM publishing_apphold a
              WHERE a.workspace_id = q.workspace_id AND a.network = c.network AND a.server = c.server) h
        WHERE h.until > now()
        ORDER BY h.until DESC LIMIT 1
    ) held ON q.not_before IS NOT NULL
    WHERE q.id = %(publication)s AND p.deleted_at IS NULL
) AS shown;
