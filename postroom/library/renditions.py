"""Files in the form a network needs: found if they are there, asked for and made if they aren't.

The engine asks `ready_for` (or, on its own connection, `ready_for_async`) before it sends, and reads what it got by
`storing.open_chunks`. A file goes out as it was uploaded only if it fits the need and carries nothing that must stay
at home (see `Asset.needs_cleaning`); else a rendition of it does.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from postroom.kit.media import ENDINGS
from postroom.library.fitting import File, NotReady, Wanted, misfits, need_words
from postroom.library.models import RenditionStatus
from postroom.networks.shape import MediaKind

Ready = dict[Wanted, File | NotReady]


@cache
def _question() -> str:
    return (Path(__file__).parent / "sql" / "files_for_needs.sql").read_text()


def ready_for(workspace_id: UUID, wanted: Iterable[Wanted]) -> Ready:
    """For each wanted file: the file to send, or why there is none (yet).

    On Django's connection: as the engine, or within a scope of that workspace. One query, however many are wanted.
    """
    asked = list(dict.fromkeys(wanted))
    with connection.cursor() as cursor:
        cursor.execute(_question(), _parameters(workspace_id, asked))
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return _answers(asked, rows)


async def ready_for_async(engine: AsyncConnection[Any], workspace_id: UUID, wanted: Iterable[Wanted]) -> Ready:
    """The same on a connection of the engine's own pool."""
    asked = list(dict.fromkeys(wanted))
    async with engine.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_question().encode(), _parameters(workspace_id, asked))
        return _answers(asked, await cursor.fetchall())


def _parameters(workspace_id: UUID, asked: Sequence[Wanted]) -> dict[str, Any]:
    return {
        "workspace_id": workspace_id,
        "asset_ids": [each.asset_id for each in asked],
        "needs": [need_words(each.need, each.crop) for each in asked],
    }


def _answers(asked: Sequence[Wanted], rows: Iterable[Mapping[str, Any]]) -> Ready:
    found = {row["position"]: row for row in rows}
    return {each: _answer(each, found.get(place)) for place, each in enumerate(asked, 1)}


def _answer(wanted: Wanted, row: Mapping[str, Any] | None) -> File | NotReady:
    if row is None or not row["storage_key"]:
        return NotReady(wanted.asset_id, "this file is gone from the library", is_final=True)
    if is_fit_as_it_is(wanted, row):
        return _file(row)
    if row["made"] == RenditionStatus.READY:
        return _file(row, "made_")
    if row["made"] == RenditionStatus.FAILED:
        return NotReady(wanted.asset_id, row["made_why"], is_final=True)
    return NotReady(wanted.asset_id, "this file is being made fit for the network", is_final=False)


def is_fit_as_it_is(wanted: Wanted, row: Mapping[str, Any]) -> bool:
    """Whether the uploaded file itself may be sent. `row`: columns of an asset."""
    return (
        wanted.crop is None
        and not row["needs_cleaning"]
        and not misfits(wanted.need, mime=row["mime"], size=row["bytes"], width=row["width"], height=row["height"])
    )


def _file(row: Mapping[str, Any], prefix: str = "") -> File:
    mime = row[f"{prefix}mime"]
    focus = row["focus"]
    return File(
        asset_id=row["asset_id"],
        kind=_kind(row["type"], mime),
        mime=mime,
        bytes=row[f"{prefix}bytes"],
        name=Path(row["filename"]).stem + ENDINGS.get(mime, ""),
        storage_key=row["made_key"] if prefix else row["storage_key"],
        width=row[f"{prefix}width"],
        height=row[f"{prefix}height"],
        seconds=row[f"{prefix}seconds"],
        alt=row["alt_text"],
        focus=(focus[0], focus[1]) if focus else None,
    )


def _kind(type_: str, mime: str) -> MediaKind:
    """A moving picture that was made a film is a film."""
    return MediaKind.VIDEO if mime.startswith("video/") else MediaKind(type_)
