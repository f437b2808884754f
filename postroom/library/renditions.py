"""Files in the form a network needs: found if they are there, asked for and made if they aren't.

The engine asks `ready_for` (or, on its own connection, `ready_for_async`) before it sends, and reads what it got by
`storing.open_chunks`. A file goes out as it was uploaded only if it fits the need and carries nothing that must stay
at home (see `Asset.needs_cleaning`); else a rendition of it does.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from postroom.database.tenancy import scope
from postroom.jobs.door import enqueue
from postroom.kit.media import ENDINGS
from postroom.library import jobs, making
from postroom.library.fitting import File, NotReady, Wanted, misfits, need_words
from postroom.library.models import Asset, Rendition, RenditionStatus
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
        focus=None if row["focus_x"] is None else (row["focus_x"], row["focus_y"]),
    )


def _kind(type_: str, mime: str) -> MediaKind:
    """A moving picture that was made a film is a film."""
    return MediaKind.VIDEO if mime.startswith("video/") else MediaKind(type_)


def ask_for(workspace_id: UUID, wanted: Iterable[Wanted]) -> int:
    """Have the worker make what isn't ready, once the caller's transaction commits; how many renditions that is.

    Asking again for one that failed has it tried again. In a scope of that workspace, or as the engine.
    """
    rows = _pending(workspace_id, wanted, again=True)
    for row in rows:
        enqueue(jobs.make_rendition, key=str(row.id), workspace_id=workspace_id, rendition_id=row.id)
    return len(rows)


def ensure(workspace_id: UUID, wanted: Iterable[Wanted], *, now: datetime) -> Ready:
    """Make what isn't ready here and now, in this thread (a picture takes a second, a film minutes), and give all.

    What somebody else is making is still `NotReady` then, and not final. Raises what making.make_rendition raises.
    """
    asked = list(wanted)
    with scope(workspace_id=workspace_id):
        rows = _pending(workspace_id, asked)
    for row in rows:
        making.make_rendition(workspace_id, row.id, now=now)
    with scope(workspace_id=workspace_id):
        return ready_for(workspace_id, asked)


def _pending(workspace_id: UUID, wanted: Iterable[Wanted], *, again: bool = False) -> list[Rendition]:
    """The rows of renditions still to be made, added where there are none; `again`: failed ones too."""
    missing = [
        each
        for each, answer in ready_for(workspace_id, wanted).items()
        if isinstance(answer, NotReady) and (again or not answer.is_final)
    ]
    here = set(
        Asset.objects.filter(workspace_id=workspace_id, id__in=[each.asset_id for each in missing])
        .exclude(storage_key="")
        .values_list("id", flat=True)
    )
    pairs = [(each.asset_id, need_words(each.need, each.crop)) for each in missing if each.asset_id in here]
    Rendition.objects.bulk_create(
        [Rendition(workspace_id=workspace_id, asset_id=asset_id, need=need) for asset_id, need in pairs],
        ignore_conflicts=True,
    )
    rows = Rendition.objects.filter(workspace_id=workspace_id, asset_id__in=here, need__in={need for _, need in pairs})
    if again:
        rows.filter(status=RenditionStatus.FAILED).update(status=RenditionStatus.PENDING, reason="")
    named = set(pairs)
    return [row for row in rows.filter(status=RenditionStatus.PENDING) if (row.asset_id, row.need) in named]
