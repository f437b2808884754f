"""Uploads: streamed to a file, then "processed" for a moment (longer for videos, as real networks do)."""

from __future__ import annotations

import hashlib
import time
from typing import Any

import aiohttp
from aiohttp import web

from postroom.networks.sandbox.server.accounts import demand, kind_of
from postroom.networks.sandbox.server.answers import Refusal, answer
from postroom.networks.sandbox.server.storage import Row, Store, new_id, store_of
from postroom.networks.sandbox.server.trouble import MEDIA_TROUBLE, take

SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG", "image/png"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (8, b"qt  ", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
)
IMAGE_SECONDS = 0.05
CHUNK = 65_536


async def upload(request: web.Request) -> web.Response:
    """Take one file ("file") and its alternative text ("alt")."""
    account, store, now = demand(request), store_of(request), time.time()
    media_id = new_id()
    try:
        facts = await _read_form(request, store, media_id)
    except BaseException:
        store.file(media_id).unlink(missing_ok=True)
        raise
    kind, mime = kind_of(account), facts["mime"]
    sort = mime.split("/")[0]
    allowed = kind.limits.get(f"{sort}.types") or ()
    if mime not in allowed or facts["bytes"] > kind.limits.get(f"{sort}.bytes", 0):
        store.file(media_id).unlink(missing_ok=True)
        raise Refusal(422, "invalid_media", f"{mime or 'an unknown type'} of {facts['bytes']} bytes", field="file")
    seconds, failed = (kind.video_seconds if sort == "video" else IMAGE_SECONDS) * store.processing, ""
    strike = take(store, account["name"], "media", only=MEDIA_TROUBLE)
    if strike is not None and strike.what == "slow_media":
        seconds = strike.seconds
    elif strike is not None:
        failed = "transcoding_failed"
    store.run(
        "insert into media values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        media_id, account["id"], mime, facts["bytes"], facts["sha256"], facts["alt"], now + seconds, failed, now,
    )  # fmt: skip
    return answer({"id": media_id, "state": "processing"}, status=202)


async def _read_form(request: web.Request, store: Store, media_id: str) -> dict[str, Any]:
    facts: dict[str, Any] = {"mime": "", "bytes": 0, "sha256": "", "alt": ""}
    try:
        reader = await request.multipart()
        async for part in reader:
            if not isinstance(part, aiohttp.BodyPartReader):
                continue
            if part.name == "alt":
                facts["alt"] = (await part.text())[:2000]
            elif part.name == "file":
                facts |= await _store_file(part, store, media_id)
    except (ValueError, AssertionError):
        raise Refusal(400, "invalid_form", "A multipart form with a file is needed", field="file") from None
    if not facts["bytes"]:
        raise Refusal(422, "invalid_media", "There is no file in the form", field="file")
    return facts


async def _store_file(part: aiohttp.BodyPartReader, store: Store, media_id: str) -> dict[str, Any]:
    size, sha, mime = 0, hashlib.sha256(), ""
    with store.file(media_id).open("wb") as out:  # a local file in small pieces: quicker than a thread for each
        while chunk := await part.read_chunk(CHUNK):
            mime = mime or sniff(bytes(chunk[:16]))
            out.write(chunk)
            sha.update(chunk)
            size += len(chunk)
    return {"mime": mime, "bytes": size, "sha256": sha.hexdigest()}


def sniff(start: bytes) -> str:
    """Tell a file's type by its first bytes; what the sender called it doesn't count."""
    for offset, signature, mime in SIGNATURES:
        if start[offset : offset + len(signature)] == signature:
            return mime
    return "application/octet-stream"


def state_of(media: Row, now: float) -> str:
    """Tell how far an upload is: processing, ready or failed."""
    if now < media["ready_at"]:
        return "processing"
    return "failed" if media["failed"] else "ready"


async def status(request: web.Request) -> web.Response:
    """Tell how far one upload is."""
    account, store = demand(request), store_of(request)
    media = store.one("select * from media where id = ? and account_id = ?", request.match_info["id"], account["id"])
    if media is None:
        raise Refusal(404, "no_such_media", "No such upload")
    return answer({"id": media["id"], "state": state_of(media, time.time()), "why": media["failed"]})


async def show(request: web.Request) -> web.StreamResponse:
    """Serve a file to the timeline."""
    store = store_of(request)
    media = store.one("select * from media where id = ?", request.match_info["id"])
    if media is None or not store.file(media["id"]).exists():
        raise web.HTTPNotFound
    headers = {
        "Content-Type": media["mime"], "Cache-Control": "private, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox",
    }  # fmt: skip
    return web.FileResponse(store.file(media["id"]), headers=headers)
