"""Where owners come back to after consenting at a network, and what networks read about us."""

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from postroom.channels.connecting import actor_who_began, finish_connection
from postroom.networks import registry
from postroom.workspaces.errors import NotFound, Refusal

CSP = "default-src 'none'; style-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"


@require_safe
def finish(request: HttpRequest) -> HttpResponse:
    """Finish a connection with what the network sent along. The state is the secret, so that no session is needed."""
    params = {name: str(value) for name, value in request.GET.items()}
    now = timezone.now()
    try:
        actor = actor_who_began(params.get("state", ""), now=now)
        channel = finish_connection(actor=actor, params=params, now=now)
    except NotFound:
        why = "This connection was finished already, or its hour is over. Begin it again in Postroom."
        return _page(request, {"why": why}, HTTPStatus.NOT_FOUND)
    except Refusal as refusal:
        return _page(request, {"why": refusal.message}, HTTPStatus.BAD_REQUEST)
    return _page(request, {"label": registry.get(channel.network).label, "username": channel.username}, HTTPStatus.OK)


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


def _page(request: HttpRequest, told: dict[str, str], status: int) -> HttpResponse:
    answer = render(request, "connect/done.html", told, status=status)
    answer["Content-Security-Policy"] = CSP
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"  # the address holds a code
    return answer
