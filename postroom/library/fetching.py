"""Taking a file in from an address: fetched as strangers' addresses are, guarded, streamed and measured."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit
from uuid import UUID

import aiohttp
from django.conf import settings

from postroom.kit.http import Guard, Refused, open_session
from postroom.library import storing
from postroom.library.models import Asset
from postroom.library.uploading import upload_asset
from postroom.workspaces.actors import Actor
from postroom.workspaces.errors import BadInput
from postroom.workspaces.permissions import Permission

_MOST_REDIRECTS: Final = 5
_SECONDS: Final = 600
_MOVED: Final = {301, 302, 303, 307, 308}


def fetch_asset(
    *,
    actor: Actor,
    url: str,
    now: datetime,
    brand_id: UUID | None = None,
    guard: Guard | None = None,
    **about: object,
) -> Asset:
    """Fetch a file from a public https address and take it in as an upload; `about` as there.

    Not for a thread with a running loop. `guard`: which private addresses may be called; POSTROOM_ALLOW_PRIVATE's by
    default. Raises what upload_asset raises, and BadInput (field "url") for an address that can't be called or read.
    """
    actor.demand(Permission.LIBRARY_EDIT, brand_id)
    guard = guard or Guard(settings.ENVIRONMENT.allow_private)
    with storing.workshop() as folder:
        path = folder / "fetched"
        try:
            asyncio.run(_fetch(url, path, guard, int(settings.UPLOAD_LIMIT)))
        except (Refused, aiohttp.InvalidURL, ValueError) as problem:
            raise BadInput("url", url, f"a public https address of a file ({problem})") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            inner = getattr(problem, "os_error", None)
            why = str(inner) if isinstance(inner, Refused) else type(problem).__name__
            raise BadInput("url", url, f"an address that answers with a file ({why})") from None
        name = unquote(urlsplit(url).path.rsplit("/", 1)[-1])
        return upload_asset(actor=actor, chunks=_pieces(path), filename=name, now=now, brand_id=brand_id, **about)


async def _fetch(url: str, path: Path, guard: Guard, most: int) -> None:
    async with open_session(guard, total_seconds=_SECONDS) as session:
        for _ in range(_MOST_REDIRECTS + 1):
            guard.check_url(url)
            async with session.get(url, allow_redirects=False) as answer:
                if answer.status in _MOVED and "Location" in answer.headers:
                    url = urljoin(url, answer.headers["Location"])
                    continue
                answer.raise_for_status()
                await _write(answer, path, most)
                return
    raise BadInput("url", url, f"an address with at most {_MOST_REDIRECTS} redirects")


async def _write(answer: aiohttp.ClientResponse, path: Path, most: int) -> None:
    size = 0
    with path.open("wb") as out:
        async for chunk in answer.content.iter_chunked(storing.PIECE):
            size += len(chunk)
            if size > most:
                raise BadInput("file", f"more than {most:,} bytes", f"a file of at most {most:,} bytes")
            out.write(chunk)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as opened:
        while piece := opened.read(storing.PIECE):
            yield piece
