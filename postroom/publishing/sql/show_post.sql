-- What is there to know of one post: its content, its items and files, and each publication with its attempts?
SELECT row_to_json(shown)::text, shown.brand_id, shown.version
FROM (
    SELECT p.id, p.brand_id, p.author_id, p.title, p.slug, p.text, p.type, p.status, p.scheduled_at, p.published_at,
           p.hashtags, p.mentions, p.link, p.languages, p.poll, p.campaign, p.labels, p.is_ai_made, p.metadata, p.version,
           p.created_at, p.updated_at,
           (SELECT coalesce(json_agg(json_build_object('position', i.position, 'kind', i.kind, 'text', i.text)
                                     ORDER BY i.position), '[]')
            FROM posts_postitem i WHERE i.post_id = p.id) AS items,
           (SELECT coalesce(json_agg(json_build_object(
                        'item_position', m.item_position, 'position', m.position, 'asset_id', m.asset_id,
                        'alt_text', coalesce(nullif(m.alt_text, ''), a.alt_text), 'crop', m.crop, 'type', a.type,
                        'mime', a.mime, 'width', a.width, 'height', a.height, 'seconds', a.seconds, 'filename', a.filename)
                    ORDER BY m.item_position, m.position), '[]')
            FROM posts_postmedia m JOIN library_asset a ON a.id = m.asset_id WHERE m.post_id = p.id) AS media,
           (SELECT coalesce(json_agg(json_build_object(
                        'id', q.id, 'channel_id', q.channel_id, 'network', c.network, 'username', c.username,
                        'status', q.status, 'scheduled_for', q.scheduled_for, 'published_at', q.published_at,
                        'network_post_id', q.network_post_id, 'url', q.url, 'text', q.text, 'options', q.options,
                        'media', q.media, 'items', q.items, 'format', q.format, 'error_class', q.error_class,
                        'error_where', q.error_where, 'reason', q.reason, 'not_before', q.not_before,
                        'views', q.views, 'reach', q.reach, 'impressions', q.impressions, 'likes', q.likes,
                        'comments', q.comments, 'shares', q.shares, 'saves', q.saves, 'clicks', q.clicks,
                        'synced_at', q.synced_at, 'version', q.version, 'attempts', q.attempts, 'retries', q.retries)
                    ORDER BY q.id), '[]')
            FROM publishing_publication q JOIN channels_channel c ON c.id = q.channel_id
            WHERE q.post_id = p.id) AS publications
    FROM posts_post p
    WHERE p.id = %(post)s AND p.deleted_at IS NULL
) AS shown;
