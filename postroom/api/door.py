"""The API as a whole: its routers, its errors, its description at /api/v1/openapi.json and /api/v1/docs."""

from importlib.metadata import version

from django.http import HttpRequest, HttpResponse
from ninja.openapi.docs import Swagger

from postroom.api import (
    api_keys,
    assets,
    brands,
    channels,
    events,
    members,
    networks,
    posts,
    publications,
    workspaces,
)
from postroom.api.describing import Described
from postroom.api.keys import KeyAuth
from postroom.api.problems import add_handlers

api = Described(
    title="Postroom",
    version=version("postroom"),
    description=(
        "Plan, publish and look at what your channels post. Send an API key as `Authorization: Bearer …`. "
        "Every write takes an `Idempotency-Key`; edits take `If-Match` with the ETag you have read; "
        "errors are RFC 9457 problems; lists are cursor pages."
    ),
    auth=KeyAuth(),
    docs=Swagger(),
    urls_namespace="api-v1",
)
# Addresses are tried in this order, so the ones asked for most stand first.
api.add_router("/posts", posts.router)
api.add_router("/publications", publications.router)
api.add_router("/workspace", workspaces.router)
api.add_router("/members", members.router)
api.add_router("/invitations", members.invitations)
api.add_router("/keys", api_keys.router)
api.add_router("/brands", brands.router)
api.add_router("/niches", brands.niche_router)
api.add_router("/networks", networks.router)
api.add_router("/network-apps", networks.apps)
api.add_router("/channels", channels.router)
api.add_router("/assets", assets.router)
api.add_router("/events", events.router)
api.add_router("/history", events.history_router)
add_handlers(api)


@api.get("/health", auth=None, tags=["health"])
def health(request: HttpRequest) -> HttpResponse:
    """Say that the web process answers."""
    return HttpResponse('{"status":"ok"}', content_type="application/json")
