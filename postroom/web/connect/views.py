"""Where owners come back to after consenting at a network, and what networks read about us."""

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from postroom.channels.connecting import actor_who_began, finish_connection
from postroom.networks import registry
from postroom.workspaces.actors import Actor
from postroom.workspaces.errors import NotFound, Refusal
from postroom.workspaces.users import workspaces_of

CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""Ours alone, and nothing that could carry the code in this page's address elsewhere."""


@require_safe
def finish(request: HttpRequest) -> HttpResponse:
    """Finish a connection with what the network sent along. The state is the secret, so that no session is needed.

    Whoever is signed in as the one who began is led on to the channel's page.
    """
    params = {name: str(value) for name, value in request.GET.items()}
    now = timezone.now()
    slug = ""
    try:
        actor = actor_who_began(params.get("state", ""), now=now)
        slug = _slug(request, actor)
        channel = finish_connection(actor=actor, params=params, now=now)
    except NotFound:
        why = _("This connection was finished already, or its hour is over. Begin it again in Postroom.")
        return _page(request, {"why": why}, HTTPStatus.NOT_FOUND)
    except Refusal as refusal:
        back = reverse("channels-connect", args=[slug]) if slug else ""
        return _page(request, {"why": refusal.message, "back": back}, HTTPStatus.BAD_REQUEST)
    label = registry.get(channel.network).label
    if slug:
        said = _("%(name)s on %(network)s is connected.") % {"name": channel.username, "network": label}
        messages.success(request, said)
        return _kept_apart(redirect("channels-one", slug, channel.id))
    return _page(request, {"label": label, "username": channel.username}, HTTPStatus.OK)


@require_safe
def document(request: HttpRequest, network: str, name: str) -> HttpResponse:
    """Serve a document that a network reads about us, made from our public address."""
    make = registry.get(network).documents.get(name) if network in registry.names() else None
    if make is None:
        return JsonResponse({"error": "not found"}, status=HTTPStatus.NOT_FOUND)
    answer = JsonResponse(make(settings.PUBLIC_URL))
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Cache-Control"] = "public, max-age=300"
    return answer


def _slug(request: HttpRequest, actor: Actor) -> str:
    """Give the workspace's part of addresses when it was this browser's user who began; "" for everybody else."""
    user = request.user
    if not user.is_authenticated or user.id != actor.user_id:
        return ""
    return next((one.slug for one in workspaces_of(user.id) if one.id == actor.workspace_id), "")


def _page(request: HttpRequest, told: dict[str, str], status: int) -> HttpResponse:
    return _kept_apart(render(request, "connect/done.html", told, status=status))


def _kept_apart(answer: HttpResponse) -> HttpResponse:
    answer["Content-Security-Policy"] = CSP
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"  # the address holds a code
    return answer
