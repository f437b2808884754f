"""Where a user comes in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect

from postroom.web.frame.seats import SignedIn
from postroom.workspaces.users import workspaces_of


@login_required
def enter(request: SignedIn) -> HttpResponse:
    """Go to the user's workspace; to making one where there is none."""
    found = workspaces_of(request.user.id)
    return redirect("home", found[0].slug) if found else redirect("workspace-new")
