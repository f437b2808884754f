"""The fake server's statuses: checked as Mastodon checks them, kept in memory, told as HTML."""

from __future__ import annotations

import asyncio
import html
import re
from typing import TYPE_CHECKING, Any

import regex
from aiohttp import web

if TYPE_CHECKING:
    from tests.networks.mastodon.fake import Account, Fake

WRITTEN = re.compile(r"(?P<url>https?://\S+)|@(?P<name>\w+)(?:@(?P<domain>[\w.-]*\w))?|#(?P<tag>\w+)")


def length(text: str) -> int:
    """Count as the server does, by its own means: links 23, mentions without their domain, graphemes."""
    text = re.sub(r"@(\w+)@[\w.-]*\w", r"@\1", re.sub(r"https?://\S+", "x" * 23, text))
    return len(regex.findall(r"\X", text))


def rendered(text: str, markup: str) -> str:
    """Make the HTML of a status. Markdown takes signs away; Mastodon hides parts of links and domains of mentions."""
    if markup == "markdown":
        text = re.sub(r"\[([^\]]*)\]\(([^)]*)\)", r"\1", re.sub(r"[*_`]", "", text))
        return f"<p>{html.escape(text)}</p>"

    def mark(match: re.Match[str]) -> str:
        if url := match["url"]:
            scheme, rest = url.split("://", 1)
            shown = f'<span class="ellipsis">{html.escape(rest[:30])}</span>'
            hidden = f'<span class="invisible">{html.escape(rest[30:])}</span>'
            return f'<a href="{html.escape(url)}" rel="nofollow"><span class="invisible">{scheme}://</span>{shown}{hidden}</a>'
        if tag := match["tag"]:
            return f'<a href="https://fake.example/tags/{tag}" class="mention hashtag">#<span>{tag}</span></a>'
        return f'<span class="h-card"><a href="https://x.example/@{match["name"]}">@<span>{match["name"]}</span></a></span>'

    pieces, at = [], 0
    for match in WRITTEN.finditer(text):
        pieces += [html.escape(text[at : match.start()]), mark(match)]
        at = match.end()
    whole = "".join([*pieces, html.escape(text[at:])])
    return "".join(f"<p>{part.replace(chr(10), '<br />')}</p>" for part in re.split(r"\n{2,}", whole))


class Statuses:
    def __init__(self, fake: Fake) -> None:
        self.fake = fake

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/api/v1/statuses", self.create),
            web.get("/api/v1/statuses", self.several),
            web.get("/api/v1/statuses/{id}", self.one),
            web.get("/api/v1/statuses/{id}/source", self.source),
            web.delete("/api/v1/statuses/{id}", self.delete),
            web.get("/api/v1/accounts/{id}/statuses", self.listed),
        ]

    async def create(self, request: web.Request) -> web.Response:
        from tests.networks.mastodon.fake import Problem, problem

        account, body = self.fake.enter(request, "write:statuses"), await request.json()
        assert "scheduled_at" not in body, "scheduling is never the server's work"
        key = (account.id, request.headers.get("Idempotency-Key", ""))
        if self.fake.mode.idempotency != "ignored" and key[1] and (first := self._first(key)):
            return web.json_response(self.shown(first))
        if self.fake.mode.idempotency == "in_a_row":
            await asyncio.sleep(0.01)  # the key is kept only after the work, so two at once make two
        trouble = self._trouble(account, body)
        if trouble:
            raise Problem(problem(*trouble))
        status = self._status(account, body)
        self.fake.public.append(status)
        self.fake.keys[key] = status["id"]
        return web.json_response(self.shown(status))

    def _first(self, key: tuple[str, str]) -> dict[str, Any] | None:
        return self._find(self.fake.keys.get(key, ""))

    def _find(self, name: str) -> dict[str, Any] | None:
        return next((one for one in self.fake.public if one["id"] == name), None)

    def _trouble(self, account: Account, body: dict[str, Any]) -> tuple[int, str] | None:
        mode, text, ids = self.fake.mode, body.get("status") or "", body.get("media_ids") or []
        if not mode.takes_text_booleans and not isinstance(body.get("sensitive", False), bool):
            return 422, "Validation failed: sensitive: Expected boolean"
        if body.get("in_reply_to_id") and self._find(body["in_reply_to_id"]) is None:
            return 404, "Record not found"
        if not text.strip() and not ids:
            return 422, "Validation failed: Text can't be blank"
        if length(text + (body.get("spoiler_text") or "")) > mode.max_characters:
            return 422, f"Validation failed: Text character limit of {mode.max_characters} exceeded"
        return self._trouble_with_files(account, ids) or self._trouble_with_poll(body.get("poll"), ids)

    def _trouble_with_files(self, account: Account, ids: list[str]) -> tuple[int, str] | None:
        if len(ids) > 4:
            return 422, "Cannot attach more than 4 files"
        files = [self.fake.files.get(name) for name in ids]
        for name, file in zip(ids, files, strict=True):
            if file is None or file.account is not account or file.is_attached:
                return 422, f"Media {name} not found or already attached to another post"
            if file.looks > 0:
                return 422, "Cannot attach files that have not finished processing. Try again in a moment!"
        if len(files) > 1 and any(file and file.mime.startswith("video/") for file in files):
            return 422, "Cannot attach a video to a post that already contains images"
        return None

    def _trouble_with_poll(self, poll: dict[str, Any] | None, ids: list[str]) -> tuple[int, str] | None:
        if poll is None:
            return None
        options = poll["options"]
        if ids or not 2 <= len(options) <= 4 or any(length(one) > 50 for one in options):
            return 422, "Validation failed: Poll options are invalid"
        if not 300 <= poll["expires_in"] <= 2_629_746:
            return 422, "Validation failed: Poll expiration is invalid"
        return None

    def _status(self, account: Account, body: dict[str, Any]) -> dict[str, Any]:
        poll = body.get("poll")
        for name in body.get("media_ids") or []:
            self.fake.files[name].is_attached = True
        return {
            "id": self.fake.new_id(),
            "account": self.fake.shown(account),
            "text": body.get("status") or "",
            "created_at": self.fake.now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
            "visibility": body.get("visibility", "public"),
            "spoiler_text": body.get("spoiler_text") or "",
            "sensitive": bool(body.get("sensitive") or body.get("spoiler_text")),
            "language": body.get("language"),
            "in_reply_to_id": body.get("in_reply_to_id"),
            "media_attachments": [self.fake.files[name].shown() for name in body.get("media_ids") or []],
            "poll": poll and {"options": [{"title": one} for one in poll["options"]], "votes_count": 3},
            "favourites_count": 5,
            "reblogs_count": 2,
            "replies_count": 1,
        }

    def shown(self, status: dict[str, Any]) -> dict[str, Any]:
        content = rendered(status["text"], self.fake.mode.markup) if status["text"] else ""
        url = f"https://fake.example/@{status['account']['username']}/{status['id']}"
        return {name: value for name, value in status.items() if name != "text"} | {"content": content, "url": url}

    async def several(self, request: web.Request) -> web.Response:
        if not self.fake.mode.has_bulk:
            raise web.HTTPNotFound
        wanted = request.query.getall("id[]", [])
        return web.json_response([self.shown(one) for one in self.fake.public if one["id"] in wanted])

    def _named(self, request: web.Request) -> dict[str, Any]:
        found = self._find(request.match_info["id"])
        if found is None:
            raise web.HTTPNotFound
        return found

    async def one(self, request: web.Request) -> web.Response:
        self.fake.enter(request, "read:statuses")
        return web.json_response(self.shown(self._named(request)))

    async def source(self, request: web.Request) -> web.Response:
        self.fake.enter(request, "read:statuses")
        if not self.fake.mode.has_source:
            raise web.HTTPNotFound
        found = self._named(request)
        return web.json_response({"id": found["id"], "text": found["text"], "spoiler_text": found["spoiler_text"]})

    async def delete(self, request: web.Request) -> web.Response:
        self.fake.enter(request, "write:statuses")
        found = self._named(request)
        self.fake.public.remove(found)
        return web.json_response(self.shown(found))

    async def listed(self, request: web.Request) -> web.Response:
        self.fake.enter(request, "read:statuses")
        mine = self.fake.of(request.match_info["id"])[::-1]
        if last := request.query.get("max_id"):
            names = [one["id"] for one in mine]
            mine = mine[names.index(last) + 1 :] if last in names else mine
        return web.json_response([self.shown(one) for one in mine[: int(request.query.get("limit", "20"))]])
