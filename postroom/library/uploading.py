"""Taking files in: streamed to disk, measured by content, kept once in a workspace however often they are sent.

Whatever goes wrong on the way, neither a row nor a file is left: a file is announced as loose before it is stored, and
claimed in the transaction that makes its row (see `LooseFile`).
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction

from postroom.brands.models import Brand
from postroom.events.recording import record
from postroom.kit import darkroom
from postroom.kit.media import ENDINGS, HEAD, Facts, Unfit, type_of
from postroom.library import describing, names, storing
from postroom.library.models import Asset, LooseFile
from postroom.workspaces.actors import Actor, acting
from postroom.workspaces.errors import BadInput, NotFound, Refusal
from postroom.workspaces.permissions import Permission

log = structlog.get_logger("postroom.library")

LOOSE_FOR: Final = timedelta(days=1)
"""How long a file that is being stored may stay without a row; no upload takes so long."""


class CannotKeep(Refusal):
    """The storage doesn't take files just now (unreachable, full); the same may work later."""

    code = "cannot_keep_now"


class CannotRead(Refusal):
    """The machine couldn't look at the file just now (no memory, a killed process); the same may work later."""

    code = "cannot_read_now"


@dataclass(frozen=True, slots=True)
class _Received:
    path: Path
    size: int
    sha256: bytes


def upload_asset(
    *,
    actor: Actor,
    chunks: Iterable[bytes],
    filename: str,
    now: datetime,
    brand_id: UUID | None = None,
    **about: object,
) -> Asset:
    """Take a file in, piece by piece, and give its asset; the same bytes give the asset that is there already.

    `about`: see `describing.FIELDS`; said of a new asset only. `Asset.is_new` of the answer tells whether it is one. A
    file that two brands have becomes the whole workspace's. Call it outside a transaction of your own: what is stored
    must be known to the database first. Raises BadInput (field "file": type, size, brokenness), NotFound (the brand),
    NotAllowed, CannotRead, CannotKeep.
    """
    actor.demand(Permission.LIBRARY_EDIT, brand_id)
    fields = describing.read(about)
    _check_brand(actor, brand_id)
    with storing.workshop() as folder:
        received = _receive(chunks, folder / "file")
        with acting(actor):
            standing = _standing(actor, received.sha256, brand_id)
        if standing is not None:
            return standing
        facts = _look(received.path, folder / "thumbnail")
        fields |= _columns(facts, received, names.clean(filename, ENDINGS.get(facts.mime, "")))
        return _keep(actor, received, folder / "thumbnail", {**fields, "brand_id": brand_id}, now)


def _check_brand(actor: Actor, brand_id: UUID | None) -> None:
    with acting(actor):
        if brand_id and not Brand.objects.filter(workspace_id=actor.workspace_id, id=brand_id).exists():
            raise NotFound("brand", brand_id)


def _receive(chunks: Iterable[bytes], path: Path) -> _Received:
    """Write the pieces to disk and hash them on the way; stops at the first byte too many, or of a type never taken."""
    most, size, hashed = int(settings.UPLOAD_LIMIT), 0, hashlib.sha256()
    head = b""
    with path.open("wb") as out:
        for chunk in chunks:
            size += len(chunk)
            if size > most:
                raise BadInput("file", f"more than {most:,} bytes", f"a file of at most {most:,} bytes")
            if len(head) < HEAD:
                head += chunk[: HEAD - len(head)]
                if len(head) == HEAD:
                    _check_type(head)  # a film of a gigabyte that is none needn't be sent whole
            hashed.update(chunk)
            out.write(chunk)
    _check_type(head)
    return _Received(path, size, hashed.digest())


def _check_type(head: bytes) -> None:
    try:
        type_of(head)
    except Unfit as problem:
        raise BadInput("file", problem.found, problem.allowed) from None


def _look(path: Path, thumbnail: Path) -> Facts:
    try:
        return darkroom.look(path, thumbnail)
    except Unfit as problem:
        raise BadInput("file", problem.found, problem.allowed) from None
    except darkroom.Broke as problem:
        raise CannotRead(f"The file could not be looked at: {problem}.") from problem


def _columns(facts: Facts, received: _Received, filename: str) -> dict[str, Any]:
    return {
        "type": facts.kind,
        "filename": filename,
        "mime": facts.mime,
        "bytes": received.size,
        "sha256": received.sha256,
        "width": facts.width,
        "height": facts.height,
        "seconds": facts.seconds,
        "needs_cleaning": facts.needs_cleaning,
        "details": facts.details,
    }


def _keep(actor: Actor, received: _Received, thumbnail: Path, fields: Mapping[str, Any], now: datetime) -> Asset:
    """Store the file and its thumbnail, then make the row; on any failure, take both away again."""
    key, small = storing.new_key(actor.workspace_id), storing.new_key(actor.workspace_id)
    announce(actor.workspace_id, (key, small), now + LOOSE_FOR, actor)
    is_kept = False
    try:
        storing.put(received.path, key, str(fields["mime"]))
        storing.put(thumbnail, small, "image/webp")
        asset = _make_row(actor, key, small, fields)
        is_kept = asset.storage_key == key
    except OSError as problem:
        raise CannotKeep(f"The file could not be stored: {problem}.") from problem
    finally:
        if not is_kept:
            withdraw(actor, (key, small))
    return asset


def _make_row(actor: Actor, key: str, small: str, fields: Mapping[str, Any]) -> Asset:
    with acting(actor):
        try:
            with transaction.atomic():
                asset = Asset.objects.create(
                    workspace_id=actor.workspace_id,
                    created_by_id=actor.user_id,
                    storage_key=key,
                    thumbnail_key=small,
                    storage="s3" if storing.is_remote() else "local",
                    **fields,
                )
        except IntegrityError as problem:
            standing = _standing(actor, fields["sha256"], fields["brand_id"])
            if standing is None:
                raise
            del problem  # somebody sent the same bytes at the same time and was first
            return standing
        LooseFile.objects.filter(workspace_id=actor.workspace_id, storage_key__in=(key, small)).delete()
        record("asset.uploaded", asset, workspace_id=actor.workspace_id, context={"bytes": asset.bytes})
        asset.is_new = True
        return asset


def _standing(actor: Actor, sha256: bytes, brand_id: UUID | None) -> Asset | None:
    """The asset of these bytes, if the workspace has one; shared by all brands once a second one sends it."""
    found = (
        Asset.objects.select_for_update()
        .filter(workspace_id=actor.workspace_id, sha256=sha256, deleted_at__isnull=True)
        .first()
    )
    if found is not None and found.brand_id is not None and found.brand_id != brand_id:
        found.brand_id = None
        found.version += 1
        found.save(update_fields=["brand_id", "version"])
        record("asset.shared", found, workspace_id=actor.workspace_id)
    return found


def announce(workspace_id: UUID, keys: Iterable[str], delete_after: datetime, actor: Actor | None = None) -> None:
    """Say that files will be stored under these keys, and when they may be deleted if no row claims them."""
    with acting(actor or Actor.system(workspace_id)):
        LooseFile.objects.bulk_create(
            LooseFile(workspace_id=workspace_id, storage_key=key, delete_after=delete_after) for key in keys
        )


def withdraw(actor: Actor, keys: Iterable[str]) -> None:
    """Delete files that no row has claimed, now; should that fail, they stay announced and go later."""
    wanted = list(keys)
    try:
        for key in wanted:
            storing.drop(key)
    except OSError as problem:
        log.warning("a file could not be taken away again; the sweep will", problem=str(problem))
        return
    with acting(actor):
        LooseFile.objects.filter(workspace_id=actor.workspace_id, storage_key__in=wanted).delete()
