-- Which workers but me are said to be alive, or hold lanes whatever is said of them; and whose lease is over?
-- (Who was taken for dead, came back and died again still holds lanes, and so does one of whom nothing is known.)
SELECT o.id, coalesce(w.lease_until < clock_timestamp(), true)
FROM (
    SELECT id FROM publishing_worker WHERE stopped_at IS NULL
    UNION SELECT worker FROM publishing_lane WHERE worker IS NOT NULL
) o
LEFT JOIN publishing_worker w ON w.id = o.id
WHERE o.id <> %(me)s
