-- What opens these channels: where they live, their sealed tokens, and our app's registration there?
SELECT c.id, c.workspace_id, c.network, c.server, c.network_user_id, c.username, c.learned,
       k.key_id, k.sealed, k.generation, a.client_id, a.key_id, a.sealed, a.server
FROM channels_channel c
LEFT JOIN channels_credential k ON k.channel_id = c.id
LEFT JOIN LATERAL (
    SELECT client_id, key_id, sealed, server FROM channels_networkapp
    WHERE workspace_id = c.workspace_id AND network = c.network AND server IN (c.server, '')
    ORDER BY server DESC LIMIT 1
) a ON true
WHERE c.id = any(%(channels)s::uuid[]) AND c.deleted_at IS NULL
