"""Where bytes are: one door to the local folder or to S3, by settings. Nothing here holds a whole file in memory."""

import asyncio
import os
import posixpath
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage

PIECE = 256 * 1024
"""Bytes that are read or written at a time."""


class Gone(Exception):
    """There is no file in storage under this key."""


def new_key(workspace_id: UUID) -> str:
    """Think up a place for a file: its workspace's folder and 128 random bits, so that nobody finds it by guessing."""
    token = secrets.token_hex(16)
    return f"{workspace_id.hex}/{token[:2]}/{token[2:]}"


def is_remote() -> bool:
    """Whether files are kept in S3 or its like."""
    return hasattr(default_storage, "bucket")


def incoming() -> Path:
    """The folder for files on their way in and out; on the same disk as the local storage."""
    folder = Path(settings.DATA) / "incoming"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@contextmanager
def workshop() -> Iterator[Path]:
    """A folder of one's own, gone afterwards with all that is in it."""
    with tempfile.TemporaryDirectory(dir=incoming(), ignore_cleanup_errors=True) as name:
        yield Path(name)


class _OnDisk(File):  # type: ignore[type-arg] # the stub's parameter is no class at run time
    """A file that the local storage may move into place instead of copying it."""

    def __init__(self, opened: IO[bytes], path: Path, mime: str) -> None:
        super().__init__(opened, name=path.name)
        self._path, self.content_type = path, mime

    def temporary_file_path(self) -> str:
        return str(self._path)


def put(path: Path, key: str, mime: str) -> None:
    """Store a finished file; afterwards nobody may rely on `path`. It is on the disk when this returns."""
    with path.open("rb") as opened:
        os.fsync(opened.fileno())
        stored = default_storage.save(key, _OnDisk(opened, path, mime))
    if stored != key:
        msg = f"the storage has a file under {key} already"
        raise RuntimeError(msg)


def drop(key: str) -> None:
    """Delete a file; one that is not there is no error."""
    default_storage.delete(key)


def is_there(key: str) -> bool:
    """Whether there is a file under this key."""
    return bool(default_storage.exists(key))


def chunks(key: str) -> Iterator[bytes]:
    """Read a file piece by piece. Raises `Gone`."""
    stream = _open(key)
    try:
        while piece := stream.read(PIECE):
            yield piece
    finally:
        stream.close()


async def open_chunks(key: str) -> AsyncIterator[bytes]:
    """Read a file piece by piece without holding up the loop. Raises `Gone` at the first piece."""
    stream = await asyncio.to_thread(_open, key)
    try:
        while piece := await asyncio.to_thread(stream.read, PIECE):
            yield piece
    finally:
        stream.close()


@contextmanager
def on_disk(key: str) -> Iterator[Path]:
    """Have a file as a path to read: the local storage's own, or a copy that is gone afterwards. Raises `Gone`."""
    if not is_remote():
        path = Path(default_storage.path(key))
        if not path.is_file():
            raise Gone(key)
        yield path
        return
    with workshop() as folder:
        copy = folder / "copy"
        with copy.open("wb") as out:
            stream = _open(key)
            try:
                shutil.copyfileobj(stream, out, PIECE)
            finally:
                stream.close()
        yield copy


def _open(key: str) -> Any:
    """Open for reading. S3 is asked directly: the storage's own file would fetch all of it before the first byte."""
    if not is_remote():
        try:
            return Path(default_storage.path(key)).open("rb")
        except FileNotFoundError:
            raise Gone(key) from None
    bucket: Any = getattr(default_storage, "bucket")  # noqa: B009 - only S3's storage has one
    client = bucket.meta.client
    try:
        return client.get_object(Bucket=bucket.name, Key=remote_name(key))["Body"]
    except client.exceptions.NoSuchKey:
        raise Gone(key) from None


def remote_name(key: str) -> str:
    """The key as S3 knows it, under POSTROOM_S3_PREFIX."""
    return posixpath.join(str(getattr(default_storage, "location", "")), key).lstrip("/")
