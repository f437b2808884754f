"""Deleting files that nobody has any more. For the engine, which sees every workspace; repeating it changes nothing."""

import shutil
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction

from postroom.database.tenancy import scope
from postroom.library import storing
from postroom.library.models import Asset, LooseFile, Rendition
from postroom.library.removing import GRACE

log = structlog.get_logger("postroom.library")

_AT_ONCE: Final = 500
_LEFT_OVER: Final = timedelta(days=1)


def bury_removed(*, now: datetime) -> int:
    """Give up the bytes of files removed longer ago than GRACE; how many there were. Row and thumbnail stay."""
    due = Asset.objects.filter(deleted_at__lt=now - GRACE).exclude(storage_key="").order_by("deleted_at")
    done = 0
    for workspace_id, asset_id in due.values_list("workspace_id", "id")[:_AT_ONCE]:
        with scope(workspace_id=workspace_id):
            asset = Asset.objects.select_for_update().filter(id=asset_id, deleted_at__lt=now - GRACE).first()
            if asset is None or not asset.storage_key:
                continue
            made = Rendition.objects.filter(asset=asset)
            keys = [asset.storage_key, *made.exclude(storage_key="").values_list("storage_key", flat=True)]
            LooseFile.objects.bulk_create(
                LooseFile(workspace_id=workspace_id, storage_key=key, delete_after=now) for key in keys
            )
            made.delete()
            asset.storage_key = ""
            asset.save(update_fields=["storage_key"])
            done += 1
    return done


def delete_loose(*, now: datetime) -> int:
    """Delete the files whose time has come; how many. One that can't be deleted now is tried again the next time."""
    done = 0
    for loose in LooseFile.objects.filter(delete_after__lte=now).order_by("delete_after")[:_AT_ONCE]:
        with transaction.atomic():
            mine = LooseFile.objects.select_for_update(skip_locked=True).filter(id=loose.id).first()
            if mine is None:
                continue
            if not _is_claimed(mine.storage_key):
                try:
                    storing.drop(mine.storage_key)
                except OSError as problem:
                    log.warning("a file could not be deleted", key=mine.storage_key, problem=str(problem))
                    continue
                done += 1
            mine.delete()
    return done


def _is_claimed(key: str) -> bool:
    """Whether a row speaks for it after all; should never be, and a file lost to a mistake would never come back."""
    return (
        Asset.objects.filter(storage_key=key).exists()
        or Asset.objects.filter(thumbnail_key=key).exists()
        or Rendition.objects.filter(storage_key=key).exists()
    )


def clear_incoming(*, now: datetime) -> int:
    """Remove what killed processes left in the folder for files on their way; how many."""
    done = 0
    for left in storing.incoming().iterdir():
        if left.stat().st_mtime < (now - _LEFT_OVER).timestamp():
            shutil.rmtree(left, ignore_errors=True)
            done += 1
    return done
