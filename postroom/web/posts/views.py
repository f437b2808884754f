"""One post: what it says, where it stands on each channel and why, and what can be done about it now."""

from collections.abc import Callable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from postroom.posts.writing import remove_post
from postroom.publishing import scheduling
from postroom.publishing.settling import retry_publication
from postroom.publishing.telling import MOST, tell_post
from postroom.publishing.timing import At, When, read_when
from postroom.web.frame.seats import Seated
from postroom.web.posts.seen import deeds, files_of, is_live, parts_of, post_can, seen
from postroom.workspaces.errors import BadInput, NotAllowed, NotFound, Refusal


@require_safe
def show(request: Seated, post_id: UUID) -> HttpResponse:
    """Show a post; to htmx only the part that changes while it is sent."""
    if request.headers.get("HX-Request"):
        return _page(request, post_id, template="posts/page.html#live", is_fragment=True)
    return _page(request, post_id)


@require_POST
def schedule(request: Seated, post_id: UUID) -> HttpResponse:
    """Give everything that has not gone out a time."""

    def go() -> str:
        scheduling.schedule_post(actor=request.actor, post_id=post_id, when=_when(request), now=timezone.now())
        return _("It is scheduled.")

    return _done(request, post_id, go, place="post")


@require_POST
def unschedule(request: Seated, post_id: UUID) -> HttpResponse:
    """Take it back to a draft."""

    def go() -> str:
        scheduling.unschedule_post(actor=request.actor, post_id=post_id, now=timezone.now())
        return _("It is a draft again.")

    return _done(request, post_id, go)


@require_POST
def cancel(request: Seated, post_id: UUID) -> HttpResponse:
    """Cancel everything that has not gone out."""

    def go() -> str:
        scheduling.cancel_post(actor=request.actor, post_id=post_id, now=timezone.now())
        return _("What had not gone out is cancelled.")

    return _done(request, post_id, go)


@require_POST
def remove(request: Seated, post_id: UUID) -> HttpResponse:
    """Put the post aside."""
    try:
        remove_post(actor=request.actor, post_id=post_id, now=timezone.now())
    except (NotFound, NotAllowed):
        raise
    except Refusal as refusal:
        messages.error(request, _reason(refusal))
        return _back(request, post_id)
    messages.success(request, _("The post is removed. What is public of it stays where it is."))
    return redirect("calendar", request.seat.workspace.slug)


@require_POST
def move(request: Seated, post_id: UUID, publication_id: UUID) -> HttpResponse:
    """Give one publication another time."""

    def go() -> str:
        scheduling.reschedule_publication(
            actor=request.actor, publication_id=publication_id, when=_when(request), now=timezone.now()
        )
        return _("It has its new time.")

    return _done(request, post_id, go, place=str(publication_id))


@require_POST
def drop(request: Seated, post_id: UUID, publication_id: UUID) -> HttpResponse:
    """Cancel one publication."""

    def go() -> str:
        scheduling.cancel_publication(actor=request.actor, publication_id=publication_id, now=timezone.now())
        return _("It is cancelled on this channel.")

    return _done(request, post_id, go)


@require_POST
def again(request: Seated, post_id: UUID, publication_id: UUID) -> HttpResponse:
    """Try one publication again, now."""

    def go() -> str:
        retry_publication(actor=request.actor, publication_id=publication_id, now=timezone.now())
        return _("It is sent again now.")

    return _done(request, post_id, go)


def _when(request: Seated) -> When:
    """Read when: a button's word, or the moment typed, which is meant in the brand's zone. Errors: BadInput."""
    word = request.POST.get("when", "at")
    if word != "at":
        return read_when(word)
    typed = request.POST.get("at", "").strip()
    if not typed:
        raise BadInput("when", typed, _("a day and a time"))
    when = read_when(typed)
    if isinstance(when, At) and when.moment.tzinfo is not None:
        raise BadInput("when", typed, _("a day and a time in the brand's zone"))
    return when


def _done(request: Seated, post_id: UUID, act: Callable[[], str], *, place: str = "") -> HttpResponse:
    """Do it and go back to the page; what couldn't be taken is said at the form (`place`), too late at the top."""
    try:
        messages.success(request, act())
    except (NotFound, NotAllowed):
        raise
    except BadInput as refusal:
        if not place:
            raise
        said = _("This can't be taken: %(allowed)s is needed.") % {"allowed": refusal.allowed}
        wrong = {"place": place, "says": said, "at": request.POST.get("at", "")}
        return _page(request, post_id, wrong=wrong, status=422)
    except Refusal as refusal:
        messages.error(request, _reason(refusal))
    return _back(request, post_id)


def _reason(refusal: Refusal) -> str:
    """Give a refusal's reason without the id that it begins with."""
    said = refusal.message
    if said.startswith("publication "):
        said = said.partition(": ")[2]
    if refusal.code == "too_late":
        return _("Too late: %(why)s.") % {"why": said}
    return _("That didn't work: %(why)s.") % {"why": said.rstrip(".")}


def _back(request: Seated, post_id: UUID) -> HttpResponse:
    answer = redirect("post", request.seat.workspace.slug, post_id)
    answer.status_code = 303
    return answer


def _page(
    request: Seated, post_id: UUID, *, template: str = "posts/page.html", status: int = 200, **more: Any
) -> HttpResponse:
    actor, now = request.actor, timezone.now()
    whole = tell_post(actor, post_id=post_id, now=now)
    post = whole.post
    files = files_of(actor, [(post, whole.publications)])
    publications = [seen(actor, files, post, one, now) for one in whole.publications]
    zone = ZoneInfo(post.brand_zone)
    told = {
        "post": post,
        "parts": parts_of(files, post.text, post.items, post.media),
        "publications": publications,
        "is_cut": len(publications) == MOST,
        "is_live": is_live(publications, now),
        "history": deeds(whole),
        "can": post_can(actor, whole),
        "brand_differs": str(zone) != timezone.get_current_timezone_name(),
        "soonest": now.astimezone(zone).strftime("%Y-%m-%dT%H:%M"),
    }
    answer = render(request, template, told | more, status=status)
    patch_vary_headers(answer, ["HX-Request"])
    return answer
