"""The files of publications: in the form their network needs, or asked for in the library, or said why not."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import psycopg

from postroom.channels.lines import in_thread
from postroom.library.fitting import Crop, File, NotReady, Wanted
from postroom.library.renditions import Ready, ask_for, ready_for_async
from postroom.library.storing import open_chunks
from postroom.networks import rules
from postroom.networks.shape import Media, MediaKind
from postroom.publishing.errands import Errand, Lane

Connection = psycopg.AsyncConnection[Any]


async def bring_files(connection: Connection, errands: Sequence[Errand], lanes: dict[str, Lane]) -> None:
    """Fill `files` of the errands that want any; else `lacks` (not ready yet) or `refused` (never will be)."""
    wanting = [errand for errand in errands if errand.content.media]
    if not wanting:
        return
    kinds = await _kinds(connection, {str(file["asset_id"]) for errand in wanting for file in errand.content.media})
    by_workspace: dict[str, list[tuple[Errand, list[Wanted | None]]]] = defaultdict(list)
    for errand in wanting:
        wanted = [_wanted(errand, lanes[errand.channel_id], file, kinds) for file in errand.content.media]
        by_workspace[errand.workspace_id].append((errand, wanted))
    for workspace_id, group in by_workspace.items():
        every = [one for _, wanted in group for one in wanted if one is not None]
        ready = await ready_for_async(connection, UUID(workspace_id), every)
        missing = {one for one, answer in ready.items() if isinstance(answer, NotReady) and not answer.is_final}
        if missing:
            await in_thread(ask_for)(UUID(workspace_id), missing)
        for errand, wanted in group:
            _lay_beside(errand, wanted, ready)


async def _kinds(connection: Connection, assets: set[str]) -> dict[str, MediaKind]:
    found = await connection.execute(
        "SELECT id::text, type FROM library_asset WHERE id = any(%s::uuid[])", [list(assets)]
    )
    return {row[0]: MediaKind(row[1]) for row in await found.fetchall()}


def _wanted(errand: Errand, lane: Lane, file: Any, kinds: dict[str, MediaKind]) -> Wanted | None:
    kind = kinds.get(str(file["asset_id"]))
    if kind is None:
        return None
    need = rules.need(lane.network, kind, errand.content.format, lane.line.who.learned)
    return Wanted(UUID(str(file["asset_id"])), need, Crop.of(file.get("crop")))


def _lay_beside(errand: Errand, wanted: Sequence[Wanted | None], ready: Ready) -> None:
    parts: dict[int, list[Media]] = defaultdict(list)
    for index, (file, one) in enumerate(zip(errand.content.media, wanted, strict=True)):
        found = ready[one] if one is not None else None
        if isinstance(found, File):
            parts[int(file.get("item_position") or 0)].append(as_media(found, str(file.get("alt_text") or "")))
        elif found is None or found.is_final:
            errand.refused = (found.why if found else "this file is gone from the library", f"media.{index}")
        else:
            errand.lacks = found.why
    errand.files = {part: tuple(media) for part, media in parts.items()}


def as_media(file: File, alt: str) -> Media:
    """Make what a network gets of a file that is ready; its content is opened when it is read."""
    read: Callable[[], AsyncIterator[bytes]] = partial(open_chunks, file.storage_key)
    return Media(
        kind=file.kind,
        mime=file.mime,
        bytes=file.bytes,
        name=file.name,
        width=file.width,
        height=file.height,
        seconds=file.seconds,
        alt=alt or file.alt,
        focus=file.focus,
        read=read,
    )
