"""Making a rendition, once, whoever asks and however many at the same time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection

from postroom.database.tenancy import scope
from postroom.kit import darkroom
from postroom.kit.media import Aim, Facts, Made, Unfit
from postroom.library import storing
from postroom.library.fitting import Crop, misfits, read_need_words
from postroom.library.models import Asset, LooseFile, Rendition, RenditionStatus
from postroom.library.uploading import LOOSE_FOR, announce
from postroom.networks.rules import Need


def make_rendition(workspace_id: UUID, rendition_id: UUID, *, now: datetime) -> bool:
    """Make a rendition that is still to be made; False if somebody else is at it right now.

    What can't be made is failed with the reason in words. Raises darkroom.Broke or OSError where trying again may help.
    """
    with _alone(rendition_id) as is_ours:
        if not is_ours:
            return False
        with scope(workspace_id=workspace_id):
            found = Rendition.objects.select_related("asset").filter(workspace_id=workspace_id, id=rendition_id).first()
        if found is not None and found.status == RenditionStatus.PENDING:
            try:
                _make(found, now)
            except Unfit as problem:
                _fail(found, f"found: {problem.found}; needed: {problem.allowed}")
            except storing.Gone:
                _fail(found, "this file is gone from the library")
        return True


@contextmanager
def _alone(rendition_id: UUID) -> Iterator[bool]:
    """Hold a lock of this connection, which ends with it: a worker that dies leaves nothing to wait for."""
    words = f"postroom rendition {rendition_id}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [words])
        (is_ours,) = cursor.fetchone() or (False,)
    try:
        yield bool(is_ours)
    finally:
        if is_ours and connection.connection is not None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [words])


def _make(rendition: Rendition, now: datetime) -> None:
    asset: Asset = rendition.asset
    if not asset.storage_key:
        raise storing.Gone(asset.filename)
    need, crop = read_need_words(rendition.need)
    with storing.on_disk(asset.storage_key) as source, storing.workshop() as folder:
        target = folder / "made"
        made = darkroom.make(source, _facts(asset), target, _aim(need, crop))
        size = target.stat().st_size
        amiss = misfits(need, mime=made.mime, size=size, width=made.width, height=made.height)
        if amiss:
            raise Unfit(f"a file that could not be made to fit ({', '.join(amiss)})", rendition.need)
        _keep(rendition, target, made, size, now)


def _keep(rendition: Rendition, target: Path, made: Made, size: int, now: datetime) -> None:
    workspace_id, key = rendition.workspace_id, storing.new_key(rendition.workspace_id)
    announce(workspace_id, [key], now + LOOSE_FOR)
    storing.put(target, key, made.mime)
    with scope(workspace_id=workspace_id):
        won = _settle(
            rendition,
            status=RenditionStatus.READY,
            storage_key=key,
            mime=made.mime,
            bytes=size,
            width=made.width or None,
            height=made.height or None,
            seconds=made.seconds,
        )
        if won:
            LooseFile.objects.filter(workspace_id=workspace_id, storage_key=key).delete()


def _fail(rendition: Rendition, why: str) -> None:
    with scope(workspace_id=rendition.workspace_id):
        _settle(rendition, status=RenditionStatus.FAILED, reason=why)


def _settle(rendition: Rendition, **columns: Any) -> bool:
    """Write how it ended, unless somebody has already."""
    pending = Rendition.objects.filter(
        workspace_id=rendition.workspace_id, id=rendition.id, status=RenditionStatus.PENDING
    )
    return bool(pending.update(**columns))


def _facts(asset: Asset) -> Facts:
    return Facts(
        kind=asset.type,
        mime=asset.mime,
        bytes=asset.bytes,
        width=asset.width,
        height=asset.height,
        seconds=asset.seconds,
        needs_cleaning=asset.needs_cleaning,
        details=asset.details,
    )


def _aim(need: Need, crop: Crop | None) -> Aim:
    return Aim(
        types=need.types,
        max_bytes=need.max_bytes,
        max_pixels=need.max_pixels,
        max_width=need.max_width,
        min_ratio=need.min_ratio,
        max_ratio=need.max_ratio,
        crop=(crop.x, crop.y, crop.width, crop.height) if crop else None,
    )
