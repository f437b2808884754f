-- What do these posts say?
SELECT o.id::text, o.type, o.text, o.link, o.languages, o.poll, o.is_ai_made, o.hashtags,
       (SELECT json_agg(json_build_object('kind', i.kind, 'text', i.text) ORDER BY i.position)
        FROM posts_postitem i WHERE i.post_id = o.id),
       (SELECT json_agg(json_build_object('asset_id', m.asset_id, 'item_position', m.item_position,
                                          'alt_text', m.alt_text, 'crop', m.crop) ORDER BY m.item_position, m.position)
        FROM posts_postmedia m WHERE m.post_id = o.id)
FROM posts_post o WHERE o.id = any(%(posts)s::uuid[])
