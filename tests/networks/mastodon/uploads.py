"""The fake server's files: uploads by multipart, and work on them that takes several looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import BodyPartReader, web

if TYPE_CHECKING:
    from tests.networks.mastodon.fake import Account, Fake

TAKEN = {"image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4"}


@dataclass
class File:
    """An uploaded file. `looks`: how often it is still in work when looked at."""

    id: str
    account: Account
    mime: str
    size: int
    description: str
    focus: str
    looks: int
    has_failed: bool = False
    is_attached: bool = False

    def shown(self) -> dict[str, Any]:
        url = f"https://fake.example/media/{self.id}" if self.looks <= 0 else None
        kind = "video" if self.mime.startswith("video/") else "image"
        return {"id": self.id, "type": kind, "url": url, "description": self.description or None}


def routes(fake: Fake) -> list[web.RouteDef]:
    files = Files(fake)
    return [
        web.post("/api/v2/media", files.upload),
        web.post("/api/v1/media", files.upload),
        web.get("/api/v1/media/{id}", files.look),
    ]


class Files:
    def __init__(self, fake: Fake) -> None:
        self.fake = fake

    async def upload(self, request: web.Request) -> web.Response:
        from tests.networks.mastodon.fake import problem

        account = self.fake.enter(request, "write:media")
        if request.path == "/api/v2/media" and not self.fake.mode.has_media_v2:
            await request.read()
            raise web.HTTPNotFound
        file = File(self.fake.new_id(), account, "", 0, "", "", 0)
        async for part in await request.multipart():
            assert isinstance(part, BodyPartReader)
            if part.name == "file":
                file.mime = part.headers.get("Content-Type", "")
                file.size = len(await part.read())
            elif part.name in {"description", "focus"}:
                setattr(file, part.name, await part.text())
        if file.mime not in TAKEN or not file.size:
            return problem(422, "Validation failed: File content type is invalid, File is invalid")
        if len(file.description) > 1500:
            return problem(422, "Validation failed: Description is too long (maximum is 1500 characters)")
        mode = self.fake.mode
        file.looks = mode.video_looks if file.mime.startswith("video/") else mode.image_looks
        self.fake.files[file.id] = file
        return web.json_response(file.shown(), status=202 if file.looks else 200)

    async def look(self, request: web.Request) -> web.Response:
        from tests.networks.mastodon.fake import problem

        account = self.fake.enter(request, "write:media")
        file = self.fake.files.get(request.match_info["id"])
        if file is None or file.account is not account or file.is_attached:
            raise web.HTTPNotFound
        if file.has_failed:
            return problem(422, "Media processing failed")
        file.looks -= 1
        return web.json_response(file.shown(), status=206 if file.looks >= 0 and file.shown()["url"] is None else 200)
