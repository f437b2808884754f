-- Which posts are there, newest first, each with its publications? One page of them, as JSON ready to send.
WITH page AS MATERIALIZED (
    SELECT p.id, p.brand_id, p.author_id, p.title, p.slug, p.text, p.type, p.status, p.scheduled_at, p.published_at,
           p.hashtags, p.mentions, p.link, p.languages, p.poll, p.campaign, p.labels, p.is_ai_made, p.metadata, p.version,
           p.created_at, p.updated_at
    FROM posts_post p
    WHERE p.deleted_at IS NULL
      AND (%(after)s::uuid IS NULL OR p.id < %(after)s)
      AND (%(brands)s::uuid[] IS NULL OR p.brand_id = ANY (%(brands)s))
      AND (%(status)s::text IS NULL OR p.status = %(status)s)
      AND (%(campaign)s::text IS NULL OR p.campaign = %(campaign)s)
      AND (%(since)s::timestamptz IS NULL OR p.scheduled_at >= %(since)s)
      AND (%(until)s::timestamptz IS NULL OR p.scheduled_at < %(until)s)
      AND (%(channel)s::uuid IS NULL OR EXISTS (
              SELECT FROM publishing_publication q WHERE q.post_id = p.id AND q.channel_id = %(channel)s))
    ORDER BY p.workspace_id DESC, p.id DESC
    LIMIT %(limit)s + 1
), shown AS (
    SELECT page.*, (
        SELECT coalesce(json_agg(one ORDER BY one.id), '[]')
        FROM (
            SELECT q.id, q.channel_id, q.status, q.scheduled_for, q.published_at, q.network_post_id, q.url, q.error_class,
                   q.reason, q.attempts, q.not_before, q.views, q.likes, q.comments, q.shares, q.version
            FROM publishing_publication q WHERE q.post_id = page.id) AS one) AS publications
    FROM page ORDER BY page.id DESC LIMIT %(limit)s
)
SELECT coalesce(json_agg(shown), '[]')::text,
       CASE WHEN (SELECT count(*) FROM page) > %(limit)s THEN min(shown.id::text) END
FROM shown;
