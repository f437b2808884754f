"""API keys: made, listed, revoked. The key itself is shown once."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema

from postroom.api.answers import Page, Paged, created, nothing, page_of
from postroom.api.keys import Called
from postroom.api.shapes import In
from postroom.workspaces import keys, queries

router = Router(tags=["keys"])


class KeyIn(In):
    """A key to make. `role`: yours by default; `scopes` empty = all that the role may; `brand_ids` null = all."""

    name: str
    role: str | None = None
    scopes: list[str] = []
    brand_ids: list[UUID] | None = None
    expires_at: datetime | None = None
    is_agent: bool = False


class KeyFilters(Paged):
    """Whether to list revoked ones as well."""

    revoked: bool = False


class KeyOut(Schema):
    """A key without its secret; `prefix` is how it begins."""

    id: UUID
    name: str
    prefix: str
    role: str
    scopes: list[str]
    brand_ids: list[UUID] | None
    is_agent: bool
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    created_at: datetime


class KeyMade(KeyOut):
    """A new key with its text: shown now and never again."""

    key: str


@router.get("", response=Page[KeyOut])
def list_keys(request: Called, filters: Query[KeyFilters]) -> HttpResponse:
    """List the workspace's keys, newest first."""
    return page_of(request, filters, KeyOut, queries.api_keys(request.actor, revoked=filters.revoked))


@router.post("", response={201: KeyMade})
def create_key(request: Called, payload: KeyIn) -> HttpResponse:
    """Make a key. Its text in the answer is not shown again, not even to a repeat."""
    made = keys.create_api_key(actor=request.actor, now=timezone.now(), **payload.model_dump())
    path = f"/keys/{made.key.id}"
    answer = created(KeyOut, made.key, path, key=made.raw)
    answer.kept = created(KeyOut, made.key, path, key="").content  # type: ignore[attr-defined] # for Repeats
    return answer


@router.delete("/{uuid:key_id}", response={204: None})
def revoke_key(request: Called, key_id: UUID) -> HttpResponse:
    """End a key: at once in this process, within seconds in every other."""
    keys.revoke_api_key(actor=request.actor, key_id=key_id, now=timezone.now())
    return nothing()
