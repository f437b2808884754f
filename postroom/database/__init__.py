"""Ground: the embedded PostgreSQL, the three roles, row-level security and the connection pools.

Belongs here: everything PostgreSQL keeps for us, and the migration operations that ask it to.
Doesn't: any table of the business.
Above: jobs and every room. Below: networks and kit.
"""
