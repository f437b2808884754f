-- What does one post say, whose is it, and does its brand or its workspace hold it?
SELECT p.id, p.brand_id, b.name, b.time_zone, b.status, b.status_reason, w.paused_at, w.paused_why,
       coalesce(nullif(u.display_name, ''), nullif(u.name, ''), u.username, ''),
       p.title, p.text, p.type, p.status, p.scheduled_at, p.published_at, p.created_at, p.updated_at, p.link, p.campaign,
       p.is_ai_made, p.hashtags::text, p.poll::text,
       (SELECT coalesce(json_agg(json_build_array(i.position, i.kind, i.text) ORDER BY i.position), '[]')
        FROM posts_postitem i WHERE i.post_id = p.id)::text,
       (SELECT coalesce(json_agg(json_build_array(m.item_position, m.asset_id, m.alt_text)
                                 ORDER BY m.item_position, m.position), '[]')
        FROM posts_postmedia m WHERE m.post_id = p.id)::text
FROM posts_post p
JOIN brands_brand b ON b.id = p.brand_id
JOIN workspaces_workspace w ON w.id = p.workspace_id
LEFT JOIN workspaces_user u ON u.id = p.author_id
WHERE p.id = ANY (%(posts)s) AND p.deleted_at IS NULL;
