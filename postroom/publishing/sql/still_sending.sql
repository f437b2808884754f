-- Which of the lanes I hold may still send? (A channel, brand or workspace may have been paused.)
SELECT l.channel_id::text FROM publishing_lane l
JOIN channels_channel c ON c.id = l.channel_id JOIN brands_brand b ON b.id = c.brand_id
JOIN workspaces_workspace w ON w.id = l.workspace_id
WHERE l.worker = %(worker)s AND c.status = 'active' AND c.paused_at IS NULL AND c.deleted_at IS NULL
  AND c.lifecycle = any(%(sends)s) AND b.status = 'active' AND w.paused_at IS NULL
