"""API keys: shown once, kept as a hash, and turned into an actor on every call of a program.

The last part is on the hot path of the API. It costs one round trip, and none for `TRUSTED_FOR` after that: a key
revoked in another process goes on working here for at most that long.
"""

import hashlib
import hmac
import secrets
import string
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connection, transaction
from django.db.models import Q

from postroom.database.tenancy import scope
from postroom.events.models import ActorKind
from postroom.events.recording import record
from postroom.workspaces import values
from postroom.workspaces.actors import Actor, acting
from postroom.workspaces.errors import BadInput, NotFound
from postroom.workspaces.models import ApiKey, Role
from postroom.workspaces.permissions import Permission
from postroom.workspaces.rank import read_brands, read_role, read_scopes

TRUSTED_FOR: Final = timedelta(seconds=5)
USED_AT_MOST_EVERY: Final = timedelta(seconds=60)
_REMEMBERED: Final = 2000
_LETTERS: Final = string.ascii_letters + string.digits
_LONGEST: Final = 200

_COLUMNS: Final = (
    "id", "workspace_id", "name", "hash", "role", "scopes", "brand_ids", "is_agent", "expires_at", "last_used_at",
)  # fmt: skip
_LOOKUP: Final = f"SELECT {', '.join(_COLUMNS)} FROM postroom_api_key(%s)"  # noqa: S608 - our own constants


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A key just made, with the text to use it: shown now and never again."""

    key: ApiKey
    raw: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Known:
    actor: Actor
    expires_at: datetime | None
    trusted_until: datetime


_known: OrderedDict[bytes, _Known] = OrderedDict()


def create_api_key(
    *,
    actor: Actor,
    name: str,
    now: datetime,
    role: str | None = None,
    scopes: Collection[str] = (),
    brand_ids: Collection[UUID] | None = None,
    expires_at: datetime | None = None,
    is_agent: bool = False,
) -> MadeKey:
    """Make a key; it may do nothing that its maker may not. `role`: the maker's by default. BadInput, NotAllowed."""
    actor.demand(Permission.KEYS_EDIT)
    if expires_at is not None and (expires_at.tzinfo is None or expires_at <= now):
        raise BadInput("expires_at", expires_at.isoformat(), "a moment to come, with its time zone")
    limited = actor.brand_ids if brand_ids is None else brand_ids
    fields = {
        "name": values.text(200, least=1)("name", name),
        "role": read_role(actor, role or actor.role.value),
        "scopes": read_scopes(actor, scopes or actor.scopes),
        "brand_ids": read_brands(actor, limited),
    }
    prefix, secret = _random(8), secrets.token_urlsafe(32)
    raw = f"pr_{prefix}_{secret}"
    with acting(actor):
        key = ApiKey.objects.create(
            workspace_id=actor.workspace_id,
            prefix=prefix,
            hash=_hash(raw),
            is_agent=is_agent,
            created_by_id=actor.user_id,
            expires_at=expires_at,
            **fields,
        )
        record("api_key.created", key, workspace_id=actor.workspace_id, context={"name": key.name, "role": key.role})
    return MadeKey(key, raw)


def revoke_api_key(*, actor: Actor, key_id: UUID, now: datetime) -> ApiKey:
    """End a key: at once in this process, within TRUSTED_FOR in every other. NotFound, NotAllowed."""
    actor.demand(Permission.KEYS_EDIT)
    wanted = values.identifier("key_id", key_id)
    with acting(actor):
        if not ApiKey.objects.filter(id=wanted, revoked_at__isnull=True).update(revoked_at=now):
            raise NotFound("API key", key_id)
        key = ApiKey.objects.get(id=wanted)
        record("api_key.revoked", key, workspace_id=actor.workspace_id)
        transaction.on_commit(lambda: _forget(wanted))
        return key


def actor_of_key(raw: str, now: datetime) -> Actor | None:
    """Who calls with this key; None for one that is unknown, revoked or expired."""
    if not raw.startswith("pr_") or len(raw) > _LONGEST or not raw.isascii() or not raw.isprintable():
        return None
    digest = _hash(raw)
    known = _known.get(digest)
    if known is None or now >= known.trusted_until:
        known = _look_up(raw, digest, now)
    if known is None or (known.expires_at is not None and now >= known.expires_at):
        return None
    return known.actor


def actor_of_key_id(key_id: UUID, workspace_id: UUID, *, now: datetime) -> Actor:
    """Who a key is, by its id: to go on with what was begun by it. NotFound for one that was revoked or has expired."""
    with scope(workspace_id=workspace_id):
        row = ApiKey.objects.filter(id=key_id, revoked_at=None).values_list(*_COLUMNS).first()
    if row is None or (row[8] is not None and row[8] <= now):
        raise NotFound("API key", key_id)
    return _actor(row)


def _look_up(raw: str, digest: bytes, now: datetime) -> _Known | None:
    _known.pop(digest, None)
    with connection.cursor() as cursor:
        cursor.execute(_LOOKUP, [raw.split("_", 2)[1]])
        row = cursor.fetchone()
    if row is None or not hmac.compare_digest(bytes(row[3]), digest):
        return None
    known = _Known(_actor(row), row[8], now + TRUSTED_FOR)
    _known[digest] = known
    while len(_known) > _REMEMBERED:
        _known.popitem(last=False)
    if row[9] is None or now - row[9] >= USED_AT_MOST_EVERY:
        _note_use(row[1], row[0], now)
    return known


def _actor(row: tuple[Any, ...]) -> Actor:
    key_id, workspace_id, name, _, role, scopes, brand_ids, is_agent, *_ = row
    brands = _json(brand_ids)
    return Actor(
        kind=ActorKind.AGENT if is_agent else ActorKind.API_KEY,
        workspace_id=workspace_id,
        role=Role(role),
        name=name,
        api_key_id=key_id,
        scopes=frozenset(_json(scopes)),
        brand_ids=None if brands is None else frozenset(UUID(one) for one in brands),
    )


def _json(found: Any) -> Any:
    """Read JSON from a raw cursor, for which Django leaves it as text."""
    return orjson.loads(found) if isinstance(found, str | bytes) else found


def _note_use(workspace_id: UUID, key_id: UUID, now: datetime) -> None:
    """Write down that the key was used; of several processes only the first one within the time does."""
    with scope(workspace_id=workspace_id):
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - USED_AT_MOST_EVERY)
        ApiKey.objects.filter(stale, id=key_id).update(last_used_at=now)


def _forget(key_id: UUID) -> None:
    for digest in [digest for digest, known in list(_known.items()) if known.actor.api_key_id == key_id]:
        _known.pop(digest, None)


def _random(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def _hash(raw: str) -> bytes:
    return hashlib.sha256(raw.encode("utf-8", "surrogatepass")).digest()
