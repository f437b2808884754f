-- Where do these posts stand, by their publications? Drafts are left to people.
UPDATE posts_post p
SET status = counted.status,
    published_at = CASE WHEN counted.status IN ('published', 'partly_published')
                        THEN coalesce(p.published_at, counted.first) ELSE p.published_at END,
    scheduled_at = coalesce(counted.due, p.scheduled_at)
FROM (
    SELECT post_id, min(published_at) AS first, min(scheduled_for) AS due,
           CASE
               WHEN bool_or(status IN ('claimed', 'sending', 'unknown')) THEN 'publishing'
               WHEN bool_or(status IN ('scheduled', 'handed_off'))
                   THEN CASE WHEN bool_or(status IN ('published', 'failed', 'missed')) THEN 'publishing' ELSE 'scheduled' END
               WHEN bool_and(status = 'cancelled') THEN 'cancelled'
               WHEN bool_and(status IN ('published', 'cancelled')) THEN 'published'
               WHEN bool_or(status = 'published') THEN 'partly_published'
               WHEN bool_or(status IN ('failed', 'missed')) THEN 'failed'
           END AS status
    FROM publishing_publication
    WHERE post_id = ANY (%(posts)s) AND status <> 'draft'
    GROUP BY post_id
) AS counted
WHERE p.id = counted.post_id AND counted.status IS NOT NULL
  AND (p.status IS DISTINCT FROM counted.status OR p.scheduled_at IS DISTINCT FROM counted.due)
