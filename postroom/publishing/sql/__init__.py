"""Questions and orders to the database, one file each; the first line says what it is in English."""

from functools import cache
from pathlib import Path


@cache
def load(name: str) -> bytes:
    """Give the text of `<name>.sql`, with psycopg's named parameters."""
    return (Path(__file__).parent / f"{name}.sql").read_bytes()
