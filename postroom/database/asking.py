"""Questions that are asked often and cost more to plan than to answer: the server keeps their plan.

Django sends its queries with the values written in, so that PostgreSQL plans each one anew. These go with the values
beside, and are prepared by psycopg after a few repeats.
"""

from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import connection


def ask_one(question: str, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """Answer the first row of a question, within the scope that is open. `question` has psycopg's named parameters."""
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(question.encode(), values)
        return cursor.fetchone()
