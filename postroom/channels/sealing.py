"""The key ring of this installation: from the environment, or from keys.json in the data folder; and replacing a key.

The file is read again when it changes, so that a key added by one process seals in all others from their next call on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson
import structlog
from django.conf import settings
from django.db import models, transaction

from postroom.channels.models import Credential, NetworkApp, PendingConnection
from postroom.kit import clock
from postroom.kit.secrets import (
    CannotOpen,
    KeyRingProblem,
    Ring,
    Sealed,
    make_key,
    read_ring,
    ring_from_text,
    write_ring,
)

KEYS_FILE: Final = "keys.json"
BATCH: Final = 500
FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)

log = structlog.get_logger("postroom.channels")

SealedRow = Credential | NetworkApp | PendingConnection
_SEALED: Final[tuple[type[SealedRow], ...]] = (Credential, NetworkApp, PendingConnection)


@dataclass(slots=True)
class _Remembered:
    """The ring as last read, and what its source looked like then."""

    source: object = None
    ring: Ring | None = None


_remembered = _Remembered()


def ring() -> Ring:
    """The key ring; the first call of an installation makes it. Raises KeyRingProblem."""
    given = settings.ENVIRONMENT.keys
    source: object = given or _looks(keys_file())
    if source is None:
        write_ring(keys_file(), Ring((make_key(clock.now()),)), replace=False)
        source = _looks(keys_file())
    if _remembered.ring is None or _remembered.source != source:
        _remembered.ring = ring_from_text(given) if given else read_ring(keys_file())
        _remembered.source = source
    return _remembered.ring


def keys_file() -> Path:
    """Where the key ring is, unless the environment brings it."""
    return Path(settings.DATA) / KEYS_FILE


def seal_json(content: object, *, bound_to: bytes) -> Sealed:
    """Seal something as JSON."""
    return ring().seal(orjson.dumps(content), bound_to=bound_to)


def open_json(key_id: str, content: bytes, *, bound_to: bytes) -> dict[str, object]:
    """Open what `seal_json` made. Raises postroom.kit.secrets.CannotOpen, KeyRingProblem."""
    opened: dict[str, object] = orjson.loads(ring().open(Sealed(key_id, bytes(content)), bound_to=bound_to))
    return opened


def place_of(row: SealedRow) -> bytes:
    """What a row's secret is bound to: its table, workspace, and the thing it opens."""
    match row:
        case Credential():
            return credential_place(row.workspace_id, row.channel_id)
        case NetworkApp():
            return app_place(row.workspace_id, row.network, row.server)
        case PendingConnection():
            return pending_place(row.workspace_id, row.id)


def credential_place(workspace_id: UUID | str, channel_id: UUID | str) -> bytes:
    """What a channel's tokens are bound to."""
    return f"channel {workspace_id} {channel_id}".encode()


def app_place(workspace_id: UUID, network: str, server: str) -> bytes:
    """What an app's secret is bound to."""
    return f"app {workspace_id} {network} {server}".encode()


def pending_place(workspace_id: UUID, pending_id: UUID) -> bytes:
    """What is remembered of a connection under way is bound to."""
    return f"pending {workspace_id} {pending_id}".encode()


def add_key(*, now: datetime) -> str:
    """Add a key to the file, which seals from now on; answers its id. Raises KeyRingProblem."""
    if settings.ENVIRONMENT.keys:
        raise KeyRingProblem(
            "The keys come from POSTROOM_KEYS. Add a new one at its end, restart Postroom, and run this again."
        )
    new = make_key(now)
    write_ring(keys_file(), Ring((*ring().keys, new)))
    return new.id


def still_under_old_keys() -> int:
    """How many secrets are not sealed by the newest key. As owner or engine: the app sees one workspace at most."""
    return sum(_old(table).count() for table in _SEALED)


def seal_anew(*, batch: int = BATCH) -> Iterator[int]:
    """Seal everything by the newest key, yielding how many after each batch. As owner or engine.

    Each batch is a transaction of its own, so that it may be broken off and begun again. What doesn't open is left.
    """
    for table in _SEALED:
        after = FIRST
        while after != LAST:
            done, after = _one_batch(table, after, batch)
            if done:
                yield done


def rotate_keys(*, now: datetime, batch: int = BATCH) -> Iterator[int]:
    """Replace the key that seals: add one, seal everything anew, yielding how many after each batch.

    A rotation that was broken off is finished first, without adding yet another key. Old keys stay in the ring, because
    backups need them.
    """
    if not settings.ENVIRONMENT.keys and not still_under_old_keys():
        add_key(now=now)
    yield from seal_anew(batch=batch)


def _old(table: type[SealedRow]) -> models.QuerySet[Any]:
    rows: models.QuerySet[Any] = table.objects.exclude(key_id=ring().newest.id)
    return rows


def _one_batch(table: type[SealedRow], after: UUID, batch: int) -> tuple[int, UUID]:
    """Seal the next rows after an id; answer how many, and the last id that was looked at."""
    with transaction.atomic():
        # Rows that a refresh holds at this moment are written by it, under the newest key.
        rows = list(_old(table).filter(id__gt=after).select_for_update(skip_locked=True).order_by("id")[:batch])
        opened = [row for row in rows if _seal_row(row)]
        table.objects.bulk_update(opened, ["key_id", "sealed"])
    return len(opened), rows[-1].id if rows else LAST


def _seal_row(row: SealedRow) -> bool:
    """Put a secret under the newest key. One that doesn't open is reported and left: it mustn't stop the others."""
    place = place_of(row)
    try:
        plain = ring().open(Sealed(row.key_id, bytes(row.sealed)), bound_to=place)
    except CannotOpen as error:
        log.warning("a secret was not sealed anew", table=row._meta.model_name, row=str(row.id), why=str(error))
        return False
    sealed = ring().seal(plain, bound_to=place)
    row.key_id, row.sealed = sealed.key_id, sealed.content
    return True


def _looks(path: Path) -> object:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size, found.st_mode
