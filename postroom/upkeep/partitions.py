"""Partitions of months to come, made before their first row arrives."""

from django.db import connection


def keep_months(*, ahead: int = 3) -> list[str]:
    """Make the missing monthly partitions of every partitioned table, this month and `ahead` more; the names made.

    For the engine role: PostgreSQL lets nobody else but the owner. Repeating it changes nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute("select * from postroom_keep_months(%s)", [ahead])
        return [name for (name,) in cursor.fetchall()]
