"""Files in the local folder, streamed to whoever brings an address of ours, whole or in part; S3 serves its own."""

import hashlib
import os
from http import HTTPStatus
from typing import IO

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from postroom.library import storing
from postroom.library.addresses import Address, BadAddress, address_of, read_address
from postroom.web.files.ranges import Part, Unsatisfiable, read_range

SECONDS_AT_S3 = 600
"""How long S3's address is good at least: long enough to begin a download, not much longer than ours was."""


@require_safe
def show(request: HttpRequest, token: str) -> HttpResponseBase:
    """Give the file an address leads to, or say in words that it doesn't any more."""
    try:
        address = read_address(token, timezone.now())
        if storing.is_remote():
            return _at_s3(address)
        with storing.on_disk(address.key) as path:
            opened = path.open("rb")
    except (BadAddress, storing.Gone, FileNotFoundError):
        return _in_words("This address leads to nothing, or its time is over.\n", HTTPStatus.NOT_FOUND, {})
    # A key is never used twice, so that it tells one content from every other; outside it is known by its hash only.
    etag = quote_etag(hashlib.sha256(address.key.encode()).hexdigest()[:32])
    told = get_conditional_response(request, etag=etag)
    if told is None:
        return _bytes(request, address, opened, etag)
    opened.close()
    told["ETag"] = etag
    return told


def _bytes(request: HttpRequest, address: Address, opened: IO[bytes], etag: str) -> HttpResponseBase:
    """Answer with the bytes that are wanted: all, a part, or words where the file has none of them."""
    size = os.fstat(opened.fileno()).st_size
    asked = request.headers.get("Range", "") if request.method == "GET" else ""
    if request.headers.get("If-Range", etag) != etag:
        asked = ""  # what they have a part of is another file
    about = {"Accept-Ranges": "bytes", "ETag": etag}
    try:
        part = read_range(asked, size)
    except Unsatisfiable:
        opened.close()
        about["Content-Range"] = f"bytes */{size}"
        return _in_words("The file ends before that.\n", HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, about)
    wanted = range(size) if part is None else part
    about["Content-Length"] = str(len(wanted))
    if part is not None:
        about["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    status = HTTPStatus.OK if part is None else HTTPStatus.PARTIAL_CONTENT
    return StreamingHttpResponse(Part(opened, wanted), headers=address.headers | about, status=status)


def _at_s3(address: Address) -> HttpResponseBase:
    """Send them to S3, which knows parts and conditions itself: for addresses given out while files were kept here."""
    if not storing.is_there(address.key):
        raise storing.Gone(address.key)
    there = address_of(
        address.key,
        mime=address.mime,
        name=address.name,
        now=timezone.now(),
        seconds=SECONDS_AT_S3,
        save=not address.is_shown,
    )
    return HttpResponseRedirect(there, headers={"Cache-Control": "no-store"})


def _in_words(words: str, status: int, headers: dict[str, str]) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8", headers=headers)
