"""Adding rows fast: one prepared INSERT for several rows, in one round trip.

What `bulk_create` does, for the few tables that are written on every request, at a third of its price: Django compiles
the statement for each call and PostgreSQL plans it for each call.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import psycopg
from django.db import connection, models
from django.db.models.fields import NOT_PROVIDED
from psycopg import sql
from psycopg.types.json import Jsonb

Reader = Callable[[models.Model], list[Any]]
AT_ONCE = 20
"""Rows in one statement: with forty columns far below what a statement can carry."""


def add_rows(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model, within the scope that is open. Their ids are made before.

    Columns that the database fills by itself are read when they are first asked for. Errors are the database's own.
    """
    if not rows:
        return
    model = type(rows[0])
    values, left_out = _reader(model)
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.RawCursor(connection.connection) as cursor:
        for batch in _batches(rows, AT_ONCE):
            cursor.execute(_insert(model, len(batch)), [value for row in batch for value in values(row)])
    for row in rows:
        state = row._state  # noqa: SLF001 - Django's own for writers of rows: `save` leaves it so
        state.adding, state.db = False, connection.alias
        for name in left_out:
            row.__dict__.pop(name, None)


def _batches(rows: Sequence[models.Model], size: int) -> Iterator[Sequence[models.Model]]:
    """Cut rows into pieces of at most `size`."""
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _columns(model: type[models.Model]) -> "Iterator[models.Field[Any, Any]]":
    return (field for field in model._meta.concrete_fields if field.db_default is NOT_PROVIDED)


@cache
def _insert(model: type[models.Model], count: int) -> bytes:
    """Give the statement for `count` rows; few different ones are ever made, so psycopg can prepare them."""
    columns = [sql.Identifier(field.column or field.name) for field in _columns(model)]
    wide = len(columns)
    rows = ", ".join(f"({', '.join(f'${row * wide + one + 1}' for one in range(wide))})" for row in range(count))
    statement = sql.SQL("INSERT INTO {} ({}) VALUES {}").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(columns), sql.SQL(rows)
    )
    return statement.as_bytes()


@cache
def _reader(model: type[models.Model]) -> tuple[Reader, tuple[str, ...]]:
    """Give what reads a row's values in the statement's order, and the names of what the database fills by itself."""
    names = [(field.attname, isinstance(field, models.JSONField)) for field in _columns(model)]

    def values(row: models.Model) -> list[Any]:
        found = [(getattr(row, name), is_json) for name, is_json in names]
        return [Jsonb(value) if is_json and value is not None else value for value, is_json in found]

    return values, tuple(field.attname for field in model._meta.concrete_fields if field.db_default is not NOT_PROVIDED)
