"""Files in the local folder, streamed to whoever brings an address of ours; S3 serves its own."""

from collections.abc import Iterator
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from postroom.library import storing
from postroom.library.addresses import BadAddress, read_address


@require_safe
def show(request: HttpRequest, token: str) -> HttpResponseBase:
    """Give the file an address leads to, or say in words that it doesn't any more."""
    try:
        address = read_address(token, timezone.now())
        pieces = storing.chunks(address.key)
        first = next(pieces, b"")
    except (BadAddress, storing.Gone):
        words = "This address leads to nothing, or its time is over.\n"
        return HttpResponse(words, status=HTTPStatus.NOT_FOUND, content_type="text/plain; charset=utf-8")

    def stream() -> Iterator[bytes]:
        yield first
        yield from pieces

    return StreamingHttpResponse(stream(), headers=address.headers)
