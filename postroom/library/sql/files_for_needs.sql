-- What is there of these files, and of the forms of them that fit these needs?
SELECT w.position, a.id AS asset_id, a.type, a.filename, a.mime, a.bytes, a.width, a.height, a.seconds,
       a.storage_key, a.needs_cleaning, a.alt_text,
       (a.focus->>0)::float8 AS focus_x, (a.focus->>1)::float8 AS focus_y,
       r.status AS made, r.reason AS made_why, r.mime AS made_mime, r.bytes AS made_bytes, r.width AS made_width,
       r.height AS made_height, r.seconds AS made_seconds, r.storage_key AS made_key
FROM unnest(%(asset_ids)s::uuid[], %(needs)s::text[]) WITH ORDINALITY AS w (asset_id, need, position)
JOIN library_asset AS a ON a.workspace_id = %(workspace_id)s AND a.id = w.asset_id
LEFT JOIN library_rendition AS r ON r.workspace_id = a.workspace_id AND r.asset_id = a.id AND r.need = w.need
ORDER BY w.position
