"""Who calls: an API key in the Authorization header becomes an actor. API keys open no sessions."""

from typing import cast

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from postroom.workspaces.actors import Actor
from postroom.workspaces.keys import actor_of_key


class Called(HttpRequest):
    """A request whose actor is known."""

    actor: Actor


class KeyAuth(HttpBearer):
    """Reads "Authorization: Bearer pr_…"."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:  # noqa: ARG002 - read from the request
        """Answer the actor, or None: the API then says 401."""
        return actor_of(request)


def actor_of(request: HttpRequest) -> Actor | None:
    """Give the actor of this request's key, looked up once a request."""
    called = cast("Called", request)
    if not hasattr(called, "actor"):
        kind, _, raw = request.headers.get("Authorization", "").partition(" ")
        found = actor_of_key(raw.strip(), now=timezone.now()) if kind.lower() == "bearer" and raw else None
        if found is None:
            return None
        called.actor = found
    return called.actor
