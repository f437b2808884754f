"""Where bytes are: one door to the local folder or to S3, by settings. Nothing here holds a whole file in memory."""

import asyncio
import os
import posixpath
import secrets
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


class StorageDown(OSError):
    """The storage can't be reached or doesn't do what it is asked; the same may work later."""


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
    if is_remote():
        _put_remote(path, key, mime)
        return
    with path.open("rb") as opened:
        os.fsync(opened.fileno())
        stored = default_storage.save(key, _OnDisk(opened, path, mime))
    if stored != key:
        msg = f"the storage has a file under {key} already"
        raise RuntimeError(msg)


def _put_remote(path: Path, key: str, mime: str) -> None:
    from boto3.s3.transfer import TransferConfig  # noqa: PLC0415 - slow to load, and only S3 needs it

    # Two parts of 8 MiB under way at a time instead of ten: a film is not to fill the memory of a small machine.
    config = TransferConfig(max_concurrency=2)
    with _reported():
        _bucket().upload_file(str(path), remote_name(key), ExtraArgs={"ContentType": mime}, Config=config)


def drop(key: str) -> None:
    """Delete a file; one that is not there is no error. Raises OSError."""
    with _reported():
        default_storage.delete(key)


def is_there(key: str) -> bool:
    """Whether there is a file under this key. Raises OSError."""
    with _reported():
        return bool(default_storage.exists(key))


def chunks(key: str) -> Iterator[bytes]:
    """Read a file piece by piece. Raises `Gone`, OSError."""
    stream = _open(key)
    try:
        while piece := _read(stream):
            yield piece
    finally:
        stream.close()


async def open_chunks(key: str) -> AsyncIterator[bytes]:
    """Read a file piece by piece without holding up the loop. Raises `Gone`, OSError at the first piece."""
    stream = await asyncio.to_thread(_open, key)
    try:
        while piece := await asyncio.to_thread(_read, stream):
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
            for piece in chunks(key):
                out.write(piece)
        yield copy


def _open(key: str) -> Any:
    """Open for reading. S3 is asked directly: the storage's own file would fetch all of it before the first byte."""
    if not is_remote():
        try:
            return Path(default_storage.path(key)).open("rb")
        except FileNotFoundError:
            raise Gone(key) from None
    bucket = _bucket()
    client = bucket.meta.client
    with _reported():
        try:
            return client.get_object(Bucket=bucket.name, Key=remote_name(key))["Body"]
        except client.exceptions.NoSuchKey:
            raise Gone(key) from None


def _read(stream: Any) -> bytes:
    with _reported():
        return bytes(stream.read(PIECE))


def _bucket() -> Any:
    return default_storage.bucket  # type: ignore[attr-defined] # only S3's storage has one


@contextmanager
def _reported() -> Iterator[None]:
    """Tell of S3's troubles in one word, so that nobody else needs to know its library."""
    if not is_remote():
        yield
        return
    from boto3.exceptions import Boto3Error  # noqa: PLC0415 - slow to load, and only S3 needs it
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as above

    try:
        yield
    except (Boto3Error, BotoCoreError, ClientError) as problem:
        raise StorageDown(f"the storage answers: {problem}") from problem


def remote_name(key: str) -> str:
    """The key as S3 knows it, under POSTROOM_S3_PREFIX."""
    return posixpath.join(str(getattr(default_storage, "location", "")), key).lstrip("/")
