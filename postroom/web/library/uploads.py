"""Files on their way in: as the body itself, which streams and shows its progress, or as a plain form with many."""

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from postroom.library import storing
from postroom.library.queries import one_asset
from postroom.library.uploading import upload_asset
from postroom.web.frame.seats import Seated
from postroom.web.library.tiles import thumbnail_of
from postroom.workspaces.errors import BadInput, NotFound, Refusal
from postroom.workspaces.permissions import Permission

ENVELOPE: Final = 1024 * 1024
"""Bytes that a form may have around its files."""


@csrf_exempt  # only here: the inner view is protected, once the folder is there in which a form's files wait
@require_POST
def upload(request: Seated) -> HttpResponse:
    """Take files in: one as the body (`?name=`, answered in JSON), or a form's `file`s (answered by a page)."""
    request.actor.demand(Permission.LIBRARY_EDIT)
    length = request.META.get("CONTENT_LENGTH") or ""
    is_form = request.content_type == "multipart/form-data"
    if not length.isdigit() or int(length) > settings.UPLOAD_LIMIT + ENVELOPE:
        most = filesizeformat(settings.UPLOAD_LIMIT)
        return _refused(request, gettext("Too large: at most %(most)s at once.") % {"most": most}, is_form=is_form)
    storing.incoming()
    answer: HttpResponse = (_form if is_form else _body)(request)
    return answer


@csrf_protect
def _body(request: Seated) -> HttpResponse:
    name = request.GET.get("name", "")
    try:
        asset = _take(request, _pieces(request), name, request.GET.get("brand", ""))
    except Refusal as refusal:
        return _refused(request, _words(refusal), is_form=False)
    row = one_asset(request.actor, asset.id)
    told = {
        "url": reverse("library-asset", args=[request.seat.workspace.slug, asset.id]),
        "thumbnail": thumbnail_of(row),
        "said": gettext("Stored.") if asset.is_new else gettext("It was here already."),
    }
    return JsonResponse(told, status=HTTPStatus.CREATED if asset.is_new else HTTPStatus.OK)


@csrf_protect
def _form(request: Seated) -> HttpResponse:
    stored = []
    for file in request.FILES.getlist("file"):
        try:
            chunks = file.chunks(storing.PIECE)
            stored.append(_take(request, chunks, file.name or "", request.POST.get("brand", "")))
        except Refusal as refusal:
            messages.error(request, f"{file.name}: {_words(refusal)}")
    if stored:
        said = ngettext("%(count)d file is stored.", "%(count)d files are stored.", len(stored))
        messages.success(request, said % {"count": len(stored)})
    elif not request.FILES:
        messages.error(request, gettext("Choose a file first."))
    slug = request.seat.workspace.slug
    return redirect("library-asset", slug, stored[0].id) if len(stored) == 1 else redirect("library", slug)


def _take(request: Seated, chunks: Iterable[bytes], name: str, brand: str) -> Any:
    try:
        brand_id = UUID(brand) if brand else None
    except ValueError:
        raise NotFound("brand", brand) from None
    return upload_asset(actor=request.actor, chunks=chunks, filename=name, brand_id=brand_id, now=timezone.now())


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    while piece := request.read(storing.PIECE):
        yield piece


def _words(refusal: Refusal) -> str:
    if isinstance(refusal, BadInput):
        told = {"found": str(refusal.found), "allowed": refusal.allowed}
        return gettext("This file can’t be taken: found %(found)s; what can be is %(allowed)s.") % told
    return refusal.message


def _refused(request: Seated, why: str, *, is_form: bool) -> HttpResponse:
    if is_form:
        messages.error(request, why)
        return redirect("library", request.seat.workspace.slug)
    return JsonResponse({"error": why}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
