"""Signing in without the sign-in page, for tests of everything behind it."""

from django.test import Client

from postroom.workspaces.actors import Actor
from postroom.workspaces.models import User


def signed_in(actor: Actor) -> Client:
    """A browser in which this actor's user has signed in."""
    client = Client()
    client.force_login(User.objects.get(id=actor.user_id or ""))
    return client
