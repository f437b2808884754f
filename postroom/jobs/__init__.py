"""Ground: the thin door to the background job queue.

Belongs here: asking for a job in the same transaction as the row, and registering what can run.
Doesn't: any business; what a job does is a room's `jobs.py`. Publications aren't jobs: rows are their queue.
Above: every room. Below: database.
"""
