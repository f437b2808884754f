-- Which of these channels are there, and what has been learned of them that a check needs?
SELECT id, brand_id, network, learned FROM channels_channel WHERE id = any(%(ids)s) AND deleted_at IS NULL
