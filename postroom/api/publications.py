"""Publications: one post on one channel; what happened to it, and what can still be done."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router

from postroom.api.keys import Called
from postroom.api.posts import as_json
from postroom.api.shapes import In, PublicationOut, VariantIn, WhenIn
from postroom.api.versions import expected_version
from postroom.publishing import listing, planning, scheduling, settling

router = Router(tags=["publications"])


class SettleIn(In):
    """Whether an unknown publication is there; with its address, or else whether to send it again."""

    is_there: bool
    url: str = ""
    send_again: bool = False


@router.get("/{uuid:publication_id}", response=PublicationOut)
def show_publication(request: Called, publication_id: UUID) -> HttpResponse:
    """Give one publication with every attempt and its history."""
    return as_json(listing.show_publication(request.actor, publication_id=publication_id))


@router.put("/{uuid:publication_id}", response=PublicationOut)
def edit_publication(request: Called, publication_id: UUID, payload: VariantIn) -> HttpResponse:
    """Change what it says on its channel, until sending begins (`channel_id` stays as it is)."""
    planning.edit_publication(
        actor=request.actor,
        publication_id=publication_id,
        variant=payload.of(),
        version=expected_version(request),
        now=timezone.now(),
    )
    return show_publication(request, publication_id)


@router.post("/{uuid:publication_id}/reschedule", response=PublicationOut)
def reschedule_publication(request: Called, publication_id: UUID, payload: WhenIn) -> HttpResponse:
    """Give it another time, until sending begins."""
    scheduling.reschedule_publication(
        actor=request.actor, publication_id=publication_id, when=payload.of(), now=timezone.now()
    )
    return show_publication(request, publication_id)


@router.post("/{uuid:publication_id}/cancel", response=PublicationOut)
def cancel_publication(request: Called, publication_id: UUID) -> HttpResponse:
    """Cancel it, until sending begins."""
    scheduling.cancel_publication(actor=request.actor, publication_id=publication_id, now=timezone.now())
    return show_publication(request, publication_id)


@router.post("/{uuid:publication_id}/retry", response=PublicationOut)
def retry_publication(request: Called, publication_id: UUID) -> HttpResponse:
    """Send a failed or missed one as soon as possible."""
    settling.retry_publication(actor=request.actor, publication_id=publication_id, now=timezone.now())
    return show_publication(request, publication_id)


@router.post("/{uuid:publication_id}/settle", response=PublicationOut)
def settle_publication(request: Called, publication_id: UUID, payload: SettleIn) -> HttpResponse:
    """Say of an unknown one whether it is public."""
    settling.settle_publication(
        actor=request.actor,
        publication_id=publication_id,
        is_there=payload.is_there,
        url=payload.url,
        send_again=payload.send_again,
        now=timezone.now(),
    )
    return show_publication(request, publication_id)
