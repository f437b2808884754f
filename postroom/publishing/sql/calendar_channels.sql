-- Which channels can the calendar be narrowed to? The first by name, and the one that is chosen already.
SELECT c.id, coalesce(nullif(c.display_name, ''), c.username), c.network
FROM channels_channel c
WHERE c.workspace_id = %(workspace)s AND c.deleted_at IS NULL
  AND (%(brands)s::uuid[] IS NULL OR c.brand_id = ANY (%(brands)s))
ORDER BY c.id IS NOT DISTINCT FROM %(channel)s::uuid DESC, lower(coalesce(nullif(c.display_name, ''), c.username)), c.id
LIMIT %(limit)s;
