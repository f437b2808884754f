"""The sandbox's own file: SQLite in the data folder, beside the uploaded files and the admin token."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aiohttp import web

Row = sqlite3.Row


class Store:
    """One open data folder. Calls are short and made from one thread, so each handler's work is all or nothing."""

    def __init__(self, folder: Path, *, speed: float = 60.0, processing: float = 1.0) -> None:
        """Open or make the folder. `speed`: how much faster than the clock engagement grows.

        `processing`: by what the usual time of processing an upload is multiplied.
        """
        self.folder, self.speed, self.processing = folder, speed, processing
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "media").mkdir(exist_ok=True)
        self.db = sqlite3.connect(folder / "sandbox.db", isolation_level=None)
        self.db.row_factory = sqlite3.Row
        self.db.execute("pragma journal_mode = wal")
        self.db.execute("pragma synchronous = normal")
        self.db.execute("pragma cache_size = -1500")
        self.db.execute("pragma foreign_keys = on")
        self.db.executescript(Path(__file__).with_name("schema.sql").read_text())
        self.admin_token = _kept_secret(folder / "admin-token")

    def one(self, sql: str, *values: Any) -> Row | None:
        """Give the first row, or None."""
        row: Row | None = self.db.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, *values: Any) -> list[Row]:
        """Give all rows."""
        return self.db.execute(sql, values).fetchall()

    def run(self, sql: str, *values: Any) -> int:
        """Change something; answers how many rows it met."""
        return self.db.execute(sql, values).rowcount

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Do several changes or none."""
        self.db.execute("begin immediate")
        try:
            yield
        except BaseException:
            self.db.execute("rollback")
            raise
        self.db.execute("commit")

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    def file(self, media_id: str) -> Path:
        """Where an uploaded file lies. `media_id` is one of ours, never a path from outside."""
        return self.folder / "media" / media_id


STORE = web.AppKey("store", Store)


def store_of(request: web.Request) -> Store:
    """The store that a request's application works on."""
    return request.app[STORE]


def new_id() -> str:
    """Make an id that sorts by the time it was made."""
    return f"{time.time_ns() // 1_000_000:x}{secrets.token_hex(5)}"


def digest(secret: str) -> str:
    """Tokens and codes are stored as their SHA-256 only."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _kept_secret(path: Path) -> str:
    """Read the admin token, or make one in a file that only its owner may read."""
    with contextlib.suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_urlsafe(24))
    return path.read_text().strip()
