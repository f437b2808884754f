"""How the API answers: JSON, and a refusal as {"error": code, "message": words, "field": where}."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web


class Refusal(Exception):
    """The API says no."""

    def __init__(self, status: int, error: str, message: str, *, field: str = "", **headers: str) -> None:
        """`headers`: names with underscores for dashes (Retry_After)."""
        super().__init__(message)
        self.status, self.error, self.message, self.field = status, error, message, field
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def response(self) -> web.Response:
        """Turn into an answer."""
        body = {"error": self.error, "message": self.message} | ({"field": self.field} if self.field else {})
        return answer(body, status=self.status, headers=self.headers)


def answer(body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """Answer with JSON."""
    return web.Response(
        body=orjson.dumps(body), status=status, headers=headers, content_type="application/json", charset="utf-8"
    )


async def read_json(request: web.Request) -> dict[str, Any]:
    """Read the body as a JSON object, or refuse."""
    try:
        body = orjson.loads(await request.read())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refusal(400, "invalid_json", "The body must be a JSON object")
    return body
