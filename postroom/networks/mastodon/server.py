"""The owner's server: its address from what was typed, and what it says about its OAuth (RFC 8414)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import orjson

from postroom.networks.verdicts import Rejected, Stop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postroom.networks.line import Line
    from postroom.networks.shape import Json

METADATA = "/.well-known/oauth-authorization-server"
SILENT = frozenset({400, 401, 403, 404, 405, 406, 410, 422, 500, 501})
MOVED = frozenset({301, 302, 303, 307, 308})
HOST = re.compile(r"(?=.{1,260}$)[\w](?:[\w.-]*[\w])?(?::\d{1,5})?", re.ASCII)


def server_of(fields: Mapping[str, str]) -> str:
    """Give the base address from "mastodon.social", "@ada@mastodon.social" or any address on the server."""
    typed = fields.get("server", "").strip()
    scheme, has_scheme, rest = typed.rpartition("://")
    host = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2].lower().rstrip(".")
    try:
        host = host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        host = ""
    if not HOST.fullmatch(host) or (has_scheme and scheme.lower() not in {"http", "https"}):
        raise Stop(Rejected(f"server: {typed[:100]!r} is no server's name; like mastodon.social", "server"))
    return f"{scheme.lower() if has_scheme else 'https'}://{host}"


async def metadata(line: Line) -> Json:
    """Ask what the server's OAuth can do; {} before Mastodon 4.3 and on servers that don't say."""
    answer = await line.call("GET", METADATA, signed=False, accept=SILENT | MOVED)
    if answer.status in MOVED:
        other = urlsplit(urljoin(line.who.server, answer.headers.get("Location", ""))).netloc
        if other and other != urlsplit(line.who.server).netloc:
            raise Stop(Rejected(f"that address forwards to {other[:100]}; connect with that one", "server"))
        return {}
    try:
        said = orjson.loads(answer.body) if answer.status == 200 else {}
    except ValueError:  # a page instead, from servers that answer every address
        return {}
    return said if isinstance(said, dict) else {}


def knows(said: Mapping[str, Any], key: str, value: str) -> bool:
    """Tell whether the metadata lists a value."""
    listed = said.get(key)
    return isinstance(listed, list) and value in listed


def endpoint(line: Line, said: Mapping[str, Any], key: str, path: str) -> str:
    """Give an endpoint from the metadata where it lies on the server itself; else the path every version has."""
    named = said.get(key)
    if isinstance(named, str) and named.startswith(line.who.server + "/"):
        return named
    return line.who.server + path
