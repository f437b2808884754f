-- What was done to a post and its publications, the last first?
SELECT h.at, h.actor_kind, h.actor_name, h.what, h.subject_id, h.from_state, h.to_state, h.why, h.context::text
FROM events_activitylog h
WHERE h.subject_id = ANY (%(subjects)s) AND h.workspace_id = %(workspace)s
ORDER BY h.at DESC, h.id DESC
LIMIT %(limit)s;
