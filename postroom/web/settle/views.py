"""What may be public and may not: a person looks at the network and says which."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from postroom.publishing.settling import settle_publication
from postroom.publishing.telling import Doubt, Try, in_doubt
from postroom.web.frame.seats import Seated
from postroom.web.posts.seen import files_of, tries_of, wanted_parts
from postroom.web.posts.words import looks_next, outcome
from postroom.workspaces.errors import BadInput, NotAllowed, NotFound, Refusal
from postroom.workspaces.permissions import Permission

MOST = 50
"""So many are shown at once; those that are settled make room for the others."""


@require_safe
def show(request: Seated) -> HttpResponse:
    """Show all that is in doubt."""
    return _page(request)


@require_POST
def answer(request: Seated, publication_id: UUID) -> HttpResponse:
    """Take a person's answer: "there" with its address, "again" or "failed"."""
    said, url = request.POST.get("answer", ""), request.POST.get("url", "").strip()
    if said not in ANSWERS:
        raise BadInput("answer", said, ", ".join(ANSWERS))
    try:
        settle_publication(
            actor=request.actor,
            publication_id=publication_id,
            is_there=said == "there",
            url=url if said == "there" else "",
            send_again=said == "again",
            now=timezone.now(),
        )
    except (NotFound, NotAllowed):
        raise
    except BadInput as refusal:
        says = _("This can't be taken: %(allowed)s is needed.") % {"allowed": refusal.allowed}
        return _page(request, wrong={"place": publication_id, "says": says, "url": url}, status=422)
    except Refusal as refusal:
        why = refusal.message.partition(": ")[2] or refusal.message
        messages.error(request, _("It is settled by now, or somebody else was faster: %(why)s.") % {"why": why})
    else:
        messages.success(request, ANSWERS[said]())
    done = redirect("settle", request.seat.workspace.slug)
    done.status_code = 303
    return done


ANSWERS = {
    "there": lambda: _("It counts as published."),
    "again": lambda: _("It goes out again now."),
    "failed": lambda: _("It counts as failed. Nothing more is sent, unless somebody tries it again."),
}
"""What a person may say, and what is said then."""


def _page(request: Seated, *, status: int = 200, **more: Any) -> HttpResponse:
    actor, now = request.actor, timezone.now()
    doubts = in_doubt(actor, now=now, limit=MOST)
    files = files_of(actor, [(one.post, [one.publication]) for one in doubts])
    rows = [
        {
            "post": one.post,
            "told": one.publication,
            "parts": wanted_parts(files, one.post, one.publication),
            "tries": tries_of(one.publication),
            "sent": _last(tried for tried in one.publication.tries if tried.touch == "publishes"),
            "looked": _looked(one),
            "looks_next": looks_next(one.publication, now),
            "page": _page_of(one),
            "may": actor.may(Permission.POSTS_SETTLE, one.post.brand_id),
        }
        for one in doubts
    ]
    told = {"rows": rows, "is_cut": len(rows) == MOST}
    return render(request, "settle/page.html", told | more, status=status)


def _last(tries: Iterable[Try]) -> Try | None:
    return next(iter(reversed(list(tries))), None)


def _looked(one: Doubt) -> dict[str, Any] | None:
    """Give Postroom's own last look at the network, in words."""
    found = _last(tried for tried in one.publication.tries if tried.step == "find")
    return {"is": found, "outcome": outcome(found)[0]} if found else None


def _page_of(one: Doubt) -> str:
    """Give the address at which everybody sees the channel, else its server's; "" where none is known."""
    for url in (one.publication.profile_url, one.publication.server):
        if urlsplit(url).scheme in {"http", "https"}:
            return url
    return ""
