"""The workspace itself: its name, its hours, and the stop that holds everything in it."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from postroom.web.frame.seats import Seated
from postroom.web.settings.forms import ZoneField, refuse, words_of
from postroom.web.settings.tabs import given
from postroom.workspaces.errors import BadInput, Conflict
from postroom.workspaces.founding import edit_workspace, pause_workspace, resume_workspace
from postroom.workspaces.permissions import Permission
from postroom.workspaces.queries import one_workspace


class WorkspaceForm(forms.Form):
    """Name, hours and languages."""

    name = forms.CharField(label=_("Name"), max_length=200)
    time_zone = ZoneField(
        label=_("Time zone"),
        help_text=_("For everything that has no brand; each brand has its own. Members may choose one for themselves."),
    )
    missed_after_hours = forms.IntegerField(
        label=_("Missed after (hours)"),
        required=False,
        min_value=0,
        max_value=720,
        help_text=_(
            "A post that is later than this, after a pause or an outage, isn’t sent any more but shown as missed."
            " Empty: 2 hours."
        ),
    )
    languages = forms.CharField(
        label=_("Languages of posts"),
        required=False,
        max_length=400,
        help_text=_("Codes such as en or de-AT, with commas between. Networks that ask for a language are told these."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: Seated) -> HttpResponse:
    """Show and change the workspace."""
    found = one_workspace(request.actor)
    initial = {
        "name": found.name,
        "time_zone": found.time_zone,
        "missed_after_hours": found.settings.get("missed_after_hours"),
        "languages": ", ".join(found.settings.get("languages") or []),
    }
    form = WorkspaceForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST":
        request.actor.demand(Permission.WORKSPACE_EDIT)
        if form.is_valid() and _edited(request, form):
            messages.success(request, gettext("The workspace was changed."))
            return redirect(request.path, permanent=False)
    told = {
        "form": form,
        "found": found,
        "may_edit": request.actor.may(Permission.WORKSPACE_EDIT),
        "may_pause": request.actor.may(Permission.PAUSE),
        "public_url": settings.PUBLIC_URL,
    }
    return given(request, "workspace", "settings", told, wrong=bool(form.errors))


def _edited(request: Seated, form: WorkspaceForm) -> bool:
    said: dict[str, Any] = form.cleaned_data
    chosen = {
        "missed_after_hours": said["missed_after_hours"],
        "languages": words_of(said["languages"]) or None,
    }
    try:
        edit_workspace(
            actor=request.actor, now=timezone.now(), name=said["name"], time_zone=said["time_zone"], settings=chosen
        )
    except BadInput as refusal:
        refuse(form, refusal)
        return False
    return True


@require_POST
def pause(request: Seated) -> HttpResponse:
    """Hold everything in the workspace."""
    try:
        pause_workspace(actor=request.actor, why=request.POST.get("why", ""), now=timezone.now())
        messages.success(request, gettext("Everything is paused: nothing is sent until you resume."))
    except BadInput as refusal:
        messages.error(request, gettext("The reason can’t be taken: %(allowed)s.") % {"allowed": refusal.allowed})
    return redirect("settings", request.seat.workspace.slug)


@require_POST
def resume(request: Seated) -> HttpResponse:
    """Let everything go on."""
    try:
        resume_workspace(actor=request.actor, now=timezone.now())
        messages.success(request, gettext("Sending goes on."))
    except Conflict:
        messages.info(request, gettext("It was not paused any more."))
    return redirect("settings", request.seat.workspace.slug)
