"""What this room asks of the database, step by step."""
