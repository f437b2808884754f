"""Where a user comes in, and what belongs to a user rather than to a workspace."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from postroom.web.frame.seats import SignedIn
from postroom.web.settings.forms import refuse
from postroom.web.signing.forms import ProfileForm, WorkspaceForm
from postroom.workspaces.errors import Refusal
from postroom.workspaces.founding import create_workspace
from postroom.workspaces.users import edit_user, workspaces_of

PREFERRED = ("time_zone", "locale", "week_start", "theme")
UNPROCESSABLE = 422


@login_required
def enter(request: SignedIn) -> HttpResponse:
    """Go to the user's workspace; to making one where there is none."""
    found = workspaces_of(request.user.id)
    return redirect("home", found[0].slug) if found else redirect("workspace-new")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: SignedIn) -> HttpResponse:
    """Show and change a user's names and preferences."""
    user = request.user
    preferences = user.preferences or {}
    initial: dict[str, Any] = {
        "name": user.name,
        "display_name": user.display_name,
        "time_zone": preferences.get("time_zone", ""),
        "locale": preferences.get("locale") or translation.get_language(),
        "week_start": preferences.get("week_start", 0),
        "theme": preferences.get("theme", "auto"),
    }
    form = ProfileForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid() and _edited(user.id, form):
        messages.success(request, gettext("Saved."))
        return redirect("profile")
    told = {"form": form, "workspaces": workspaces_of(user.id)}
    return _page(request, "signing/profile.html", told, form)


def _edited(user_id: Any, form: ProfileForm) -> bool:
    said = form.cleaned_data
    chosen = {name: said[name] if said[name] != "" else None for name in PREFERRED}
    try:
        edit_user(
            user_id=user_id,
            now=timezone.now(),
            name=said["name"],
            display_name=said["display_name"],
            preferences=chosen,
        )
    except Refusal as refusal:
        refuse(form, refusal)
        return False
    return True


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_workspace(request: SignedIn) -> HttpResponse:
    """Found a workspace; who founds it owns it."""
    user, there = request.user, workspaces_of(request.user.id)
    zone = (user.preferences or {}).get("time_zone") or "UTC"
    form = WorkspaceForm(request.POST if request.method == "POST" else None, initial={"time_zone": zone})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = create_workspace(name=said["name"], time_zone=said["time_zone"], user_id=user.id, now=timezone.now())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, gettext("%(name)s is yours.") % {"name": made.name})
            return redirect("home", made.slug)
    return _page(request, "signing/workspace.html", {"form": form, "is_first": not there, "guess": zone == "UTC"}, form)


def _page(request: HttpRequest, template: str, told: dict[str, Any], form: forms.Form) -> HttpResponse:
    return render(request, template, told, status=UNPROCESSABLE if form.errors else 200)
