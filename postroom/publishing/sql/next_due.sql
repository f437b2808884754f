-- When is there something to do next, on a channel that nobody sends on and nothing holds?
SELECT least(
    (SELECT l.due_at FROM publishing_lane l
     JOIN channels_channel c ON c.id = l.channel_id JOIN brands_brand b ON b.id = c.brand_id
     JOIN workspaces_workspace w ON w.id = l.workspace_id
     WHERE l.due_at IS NOT NULL AND l.worker IS NULL AND (l.hold_until IS NULL OR l.hold_until <= l.due_at)
       AND c.status = 'active' AND c.paused_at IS NULL AND c.deleted_at IS NULL AND c.lifecycle = any(%(sends)s)
       AND b.status = 'active' AND w.paused_at IS NULL AND c.network = any(%(networks)s)
       AND NOT EXISTS (SELECT FROM publishing_apphold h WHERE h.workspace_id = l.workspace_id
                       AND h.network = c.network AND h.server = c.server AND h.until > %(now)s)
     ORDER BY l.due_at LIMIT 1),
    (SELECT min(greatest(l.hold_until, l.due_at)) FROM publishing_lane l
     WHERE l.hold_until IS NOT NULL AND l.worker IS NULL AND l.due_at IS NOT NULL AND l.hold_until > l.due_at),
    (SELECT min(until) FROM publishing_apphold WHERE until > %(now)s))
