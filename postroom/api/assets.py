"""Files of the library: uploads stream to disk, downloads go by addresses that work for a while."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from ninja import Query, Router, Schema

from postroom.api.answers import Page, Paged, nothing, one, page
from postroom.api.keys import Called
from postroom.api.mirrors import mirrors
from postroom.api.problems import problem
from postroom.api.shapes import In
from postroom.api.versions import expected_version
from postroom.library import addresses, describing, fetching, queries, removing, storing, uploading
from postroom.library.queries import AssetRow
from postroom.publishing.waiting import posts_that_need
from postroom.workspaces.errors import BadInput, NotFound

router = Router(tags=["assets"])
ENVELOPE = 1024 * 1024
"""Bytes that a form may have around its file."""
_UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


class AboutIn(In):
    """What can be said of a file; what is left out stays."""

    alt_text: str | None = None
    title: str | None = None
    description: str | None = None
    focus: list[float] | None = None
    tags: list[str] | None = None
    purpose: str | None = None
    order: int | None = None
    is_ai_made: bool | None = None
    brand_id: UUID | None = None


class UploadFilters(In):
    """What is known of a file on its way in. `filename` is needed for a body that isn't a form."""

    filename: str = ""
    brand_id: UUID | None = None
    alt_text: str = ""
    title: str = ""


class FetchIn(In):
    """A public https address to take a file from."""

    url: str
    brand_id: UUID | None = None
    alt_text: str = ""
    title: str = ""


@mirrors(AssetRow, without={"storage_key", "thumbnail_key"})
class AssetOut(Schema):
    """A file with its facts; sizes in bytes, pixels and seconds."""


class AssetFilters(Paged):
    """Which files; `search` looks at name, title and alternative text."""

    brand_id: UUID | None = None
    type: str | None = None
    purpose: str | None = None
    tag: str | None = None
    search: str | None = None


@router.get("", response=Page[AssetOut])
def list_assets(request: Called, filters: Query[AssetFilters]) -> HttpResponse:
    """List the files this key sees, newest first."""

    def ask(**wanted: Any) -> list[AssetRow]:
        return queries.assets(request.actor, type_=wanted.pop("type"), **wanted)

    return page(request, filters, AssetOut, ask)


@router.post("", response={201: AssetOut, 200: AssetOut}, openapi_extra=_UPLOAD)
def upload_asset(request: Called, about: Query[UploadFilters]) -> HttpResponse:
    """Upload a file: as the body itself, or as `file` of a form. 200 for one that is there already."""
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length.isdigit():
        return problem(411, "length_required", "send a Content-Length")
    most = settings.UPLOAD_LIMIT
    if int(length) > most + ENVELOPE:
        return problem(413, "too_large", f"file: found {int(length):,} bytes; allowed is a file of at most {most:,}")
    name, chunks = _sent(request)
    asset = uploading.upload_asset(
        actor=request.actor,
        chunks=chunks,
        filename=about.filename or name,
        brand_id=about.brand_id,
        now=timezone.now(),
        **{field: getattr(about, field) for field in ("alt_text", "title") if getattr(about, field)},
    )
    row = queries.one_asset(request.actor, asset.id)
    return one(AssetOut, row, status=201 if asset.is_new else 200, location=f"/assets/{asset.id}", version=row.version)


@router.post("/fetch", response={201: AssetOut, 200: AssetOut})
def fetch_asset(request: Called, payload: FetchIn) -> HttpResponse:
    """Take a file in from a public https address."""
    asset = fetching.fetch_asset(actor=request.actor, now=timezone.now(), **payload.model_dump())
    row = queries.one_asset(request.actor, asset.id)
    return one(AssetOut, row, status=201 if asset.is_new else 200, location=f"/assets/{asset.id}", version=row.version)


@router.get("/{uuid:asset_id}", response=AssetOut)
def show_asset(request: Called, asset_id: UUID) -> HttpResponse:
    """Give one file's facts."""
    return _shown(request, asset_id)


@router.patch("/{uuid:asset_id}", response=AssetOut)
def edit_asset(request: Called, asset_id: UUID, payload: AboutIn) -> HttpResponse:
    """Change what is said of a file. Send the ETag you have read as If-Match."""
    describing.describe_asset(
        actor=request.actor,
        asset_id=asset_id,
        changes=payload.model_dump(exclude_unset=True),
        version=expected_version(request),
        now=timezone.now(),
    )
    return _shown(request, asset_id)


@router.delete("/{uuid:asset_id}", response={204: None})
def remove_asset(request: Called, asset_id: UUID) -> HttpResponse:
    """Put a file aside; 409 while a post that waits to go out needs it. It can be restored for 30 days."""
    used_in = posts_that_need(request.actor, asset_id)
    removing.remove_asset(actor=request.actor, asset_id=asset_id, used_in=used_in, now=timezone.now())
    return nothing()


@router.post("/{uuid:asset_id}/restore", response=AssetOut)
def restore_asset(request: Called, asset_id: UUID) -> HttpResponse:
    """Bring a removed file back."""
    removing.restore_asset(actor=request.actor, asset_id=asset_id, now=timezone.now())
    return _shown(request, asset_id)


@router.get("/{uuid:asset_id}/download", response={302: None})
def download_asset(request: Called, asset_id: UUID) -> HttpResponse:
    """Redirect to an address of the file that works for an hour or two, without a key."""
    row = queries.one_asset(request.actor, asset_id)
    return _to(row.storage_key, row.mime, row.filename, save=True)


@router.get("/{uuid:asset_id}/thumbnail", response={302: None})
def show_thumbnail(request: Called, asset_id: UUID) -> HttpResponse:
    """Redirect to an address of the thumbnail that works for an hour or two, without a key."""
    row = queries.one_asset(request.actor, asset_id)
    return _to(row.thumbnail_key, "image/webp", f"{row.filename}.webp")


def _to(key: str, mime: str, name: str, *, save: bool = False) -> HttpResponse:
    if not key:
        raise NotFound("file")
    return HttpResponseRedirect(addresses.address_of(key, mime=mime, name=name, now=timezone.now(), save=save))


def _shown(request: Called, asset_id: UUID) -> HttpResponse:
    row = queries.one_asset(request.actor, asset_id)
    return one(AssetOut, row, version=row.version)


def _sent(request: HttpRequest) -> tuple[str, Iterator[bytes]]:
    """Give the name and the pieces of what was sent; a form's file waits on disk, a bare body on the wire."""
    if request.content_type != "multipart/form-data":
        return "", _pieces(request)
    storing.incoming()  # where settings.py lets forms' files wait
    found = request.FILES.get("file")
    if not isinstance(found, UploadedFile):
        raise BadInput("file", None, "a form with a file in its field “file”")
    return found.name or "", found.chunks(storing.PIECE)


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    while piece := request.read(storing.PIECE):
        yield piece
