"""Questions that are asked often and cost more to plan than to answer: the server keeps their plan.

Django sends its queries with the values written in, so that PostgreSQL plans each one anew. These go with the values
beside, and are prepared by psycopg after a few repeats.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

Row = tuple[Any, ...]


def ask_one(question: str | bytes, values: Mapping[str, Any]) -> Row | None:
    """Answer the first row of a question, within the scope that is open. `question` has psycopg's named parameters."""
    with _asked(question, values) as cursor:
        return cursor.fetchone()


def ask_all(question: str | bytes, values: Mapping[str, Any]) -> list[Row]:
    """Answer all rows of a question, as `ask_one` does. JSON comes as text."""
    with _asked(question, values) as cursor:
        return cursor.fetchall()


def tell(statement: str | bytes, values: Mapping[str, Any]) -> None:
    """Carry out a statement whose answer nobody needs."""
    with _asked(statement, values):
        pass


@contextmanager
def _asked(question: str | bytes, values: Mapping[str, Any]) -> Iterator[psycopg.Cursor[Row]]:
    connection.ensure_connection()
    text = question if isinstance(question, bytes) else question.encode()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        yield cursor.execute(text, values)
