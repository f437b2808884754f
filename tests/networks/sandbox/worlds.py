"""The sandbox's samples, one set for each kind of account; the server runs in a thread over a folder of its own."""

from __future__ import annotations

import dataclasses
import json
import secrets
import shutil
import tempfile
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from postroom.kit.ids import uuid7
from postroom.networks import registry
from postroom.networks.line import Line
from postroom.networks.sandbox.server.app import make_app
from postroom.networks.sandbox.server.kinds import KINDS
from postroom.networks.shape import Begin, Connected, Draft, Format, Media, Poll
from tests.networks.files import clip, picture
from tests.networks.samples import Access, Samples, in_thread


def learned_of(kind: str) -> dict[str, Any]:
    """What connecting an account of this kind teaches."""
    found = KINDS[kind]
    limits = {name: tuple(value) if isinstance(value, list) else value for name, value in found.limits.items()}
    return limits | {"formats": found.formats}


class SandboxSamples(Samples):
    """Everything but the drafts, which differ by kind."""

    network = registry.get("sandbox")
    kind = "microblog"

    def start(self) -> str:
        self.folder = Path(tempfile.mkdtemp(prefix="sandbox-"))

        async def make() -> web.Application:
            return make_app(self.folder, processing=0.02)

        base, self._stop = in_thread(make)
        self.admin_token = (self.folder / "admin-token").read_text()
        return base

    def stop(self) -> None:
        self._stop()
        shutil.rmtree(self.folder)

    async def connect(self, line: Line) -> Connected:
        way = self.network.way("direct")
        assert way
        assert way.direct
        fields = {"name": f"a{secrets.token_hex(6)}", "kind": self.kind}
        now = datetime.now(UTC)
        return await way.direct(line, Begin(fields, "", "http://127.0.0.1", "state", now))

    async def count(self, base: str, access: Access) -> int:
        answer = ask(base, "GET", f"/admin/accepted?account={access.who.username}", self.admin_token)
        return int(answer["public"])

    def draft(self, name: str) -> Draft:
        text = f"{name} {uuid7()} of #spring"
        files: dict[str, tuple[Media, ...]] = {
            "image": (picture(),),
            "carousel": (picture(shade=1), picture(shade=2), picture(shade=3)),
            "video": (clip(),),
            "reel": (clip(width=180, height=320),),
            "story": (picture(width=1080, height=1920),),
        }
        poll = Poll(("Yes", "No", "Perhaps"), 3600) if name == "poll" else None
        return self.fresh(format=Format(name), text=text, media=files.get(name, ()), poll=poll)


class MicroblogSamples(SandboxSamples):
    kind, names = "microblog", KINDS["microblog"].formats
    formats, learned = frozenset(map(Format, names)), learned_of("microblog")
    faulted = ("text", "carousel", "poll")
    kept_by_server = ("text.max", "poll.options.max", "images.max")

    def over(self, what: str, at_limit: Draft) -> Draft | None:
        if what == "images.max":
            return dataclasses.replace(at_limit, key=str(uuid7()), media=(*at_limit.media, picture(shade=99)))
        return None


class PhotoSamples(SandboxSamples):
    kind, names = "photo", KINDS["photo"].formats
    formats, learned = frozenset(map(Format, names)), learned_of("photo")
    faulted = ("image", "carousel")


class VideoSamples(SandboxSamples):
    kind, names = "video", KINDS["video"].formats
    formats, learned = frozenset(map(Format, names)), learned_of("video")
    faulted = ("reel",)


class PageSamples(SandboxSamples):
    kind, names = "page", KINDS["page"].formats
    formats, learned = frozenset(map(Format, names)), learned_of("page")
    faulted = ("text", "image")


def ask(base: str, method: str, path: str, token: str, body: Any = None) -> Any:
    """Ask the sandbox's admin side, past line and proxy."""
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(base + path, data, {"Authorization": f"Bearer {token}"}, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)
