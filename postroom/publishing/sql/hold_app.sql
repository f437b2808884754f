-- Hold every channel of one app of a workspace; the later of two holds counts.
INSERT INTO publishing_apphold (id, workspace_id, network, server, until, why)
VALUES (%(id)s, %(workspace)s, %(network)s, %(server)s, %(until)s, %(why)s)
ON CONFLICT (workspace_id, network, server)
DO UPDATE SET until = greatest(publishing_apphold.until, excluded.until),
    why = CASE WHEN excluded.until > publishing_apphold.until THEN excluded.why ELSE publishing_apphold.why END
