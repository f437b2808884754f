"""Brands: the list, making one, changing it, and whether it posts."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.brands import editing
from postroom.brands.niches import create_niche
from postroom.brands.queries import brands, niches, one_brand
from postroom.channels.queries import channels
from postroom.web.frame.seats import Seated
from postroom.web.settings.forms import ZoneField, refuse, words_of
from postroom.web.settings.tabs import given
from postroom.workspaces.actors import Actor
from postroom.workspaces.errors import Conflict, Refusal
from postroom.workspaces.permissions import Permission

TURNS: Final = {
    "pause": (editing.pause_brand, _("The brand is paused: nothing of it is sent until you resume.")),
    "resume": (editing.resume_brand, _("The brand goes on.")),
    "activate": (editing.activate_brand, _("The brand is in use again.")),
    "deactivate": (editing.deactivate_brand, _("The brand is out of use. Nothing is lost.")),
}
"""What can be done to a brand's status: the verb, and what is said then."""


class BrandForm(forms.Form):
    """What can be set on a brand."""

    name = forms.CharField(label=_("Name"), max_length=200)
    description = forms.CharField(
        label=_("What it is about"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 2})
    )
    voice_notes = forms.CharField(
        label=_("Voice"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("How this brand speaks, and what it never says. Shown to whoever writes for it."),
    )
    default_hashtags = forms.CharField(
        label=_("Hashtags"),
        required=False,
        max_length=3200,
        help_text=_("Offered with every new post; up to 30, with spaces or commas between."),
    )
    daily_post_limit = forms.IntegerField(
        label=_("Posts a day at most"),
        min_value=1,
        max_value=1000,
        initial=100,
        help_text=_("On each of its channels."),
    )
    time_zone = ZoneField(label=_("Time zone"), help_text=_("Its posting slots and its day are in this zone."))
    niche_id = forms.ChoiceField(label=_("Niche"), required=False)
    new_niche = forms.CharField(
        label=_("Or a new niche"), required=False, max_length=120, help_text=_("Such as “personal finance”.")
    )

    def __init__(self, *args: Any, actor: Actor, **more: Any) -> None:
        """Offer the workspace's niches."""
        super().__init__(*args, **more)
        offered = [(str(one.id), one.name) for one in niches(actor)]
        self.fields["niche_id"].choices = [("", _("None")), *offered]  # type: ignore[attr-defined] # a ChoiceField

    def changes(self, actor: Actor) -> dict[str, object]:
        """What was typed, as the verbs take it; makes the new niche, if there is one."""
        said = dict(self.cleaned_data)
        said["default_hashtags"] = words_of(said["default_hashtags"])
        if name := said.pop("new_niche"):
            said["niche_id"] = create_niche(actor=actor, name=name, now=timezone.now()).id
        said["niche_id"] = said["niche_id"] or None
        return said


@require_safe
def show(request: Seated) -> HttpResponse:
    """List the brands with their channels counted."""
    counted: dict[UUID, int] = {}
    if request.actor.may(Permission.CHANNELS_READ):
        for channel in channels(request.actor, limit=20_000):
            counted[channel.brand_id] = counted.get(channel.brand_id, 0) + 1
    found = sorted(brands(request.actor), key=lambda one: one.name.casefold())
    rows = [{"brand": one, "channels": counted.get(one.id, 0)} for one in found]
    may_add = request.actor.may(Permission.BRANDS_EDIT) and request.actor.brand_ids is None
    return given(request, "brands", "settings-brands", {"rows": rows, "may_add": may_add})


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: Seated) -> HttpResponse:
    """Make a brand."""
    request.actor.demand(Permission.BRANDS_EDIT)
    form = BrandForm(
        request.POST if request.method == "POST" else None,
        actor=request.actor,
        initial={"time_zone": request.seat.time_zone},
    )
    if request.method == "POST" and form.is_valid():
        try:
            changes: dict[str, Any] = form.changes(request.actor)
            made = editing.create_brand(actor=request.actor, now=timezone.now(), **changes)
        except Refusal as refusal:
            _say(form, refusal)
        else:
            messages.success(request, gettext("The brand is there. Give it posting slots, then connect its channels."))
            return redirect("settings-slots", request.seat.workspace.slug, made.id)
    return given(request, "brand", "settings-brands", {"form": form}, wrong=bool(form.errors))


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Seated, brand_id: UUID) -> HttpResponse:
    """Show and change a brand."""
    brand = one_brand(request.actor, brand_id)
    initial = {name: getattr(brand, name) for name in BrandForm.base_fields if name != "new_niche"}
    initial |= {"default_hashtags": " ".join(brand.default_hashtags), "niche_id": str(brand.niche_id or "")}
    form = BrandForm(request.POST if request.method == "POST" else None, actor=request.actor, initial=initial)
    if request.method == "POST":
        request.actor.demand(Permission.BRANDS_EDIT, brand_id)
        if form.is_valid() and _edited(request, brand_id, form):
            messages.success(request, gettext("%(name)s was changed.") % {"name": form.cleaned_data["name"]})
            return redirect(request.path)
    told = {
        "form": form,
        "brand": brand,
        "version": request.POST.get("version", brand.version),
        "may_edit": request.actor.may(Permission.BRANDS_EDIT, brand_id),
        "may_pause": request.actor.may(Permission.PAUSE, brand_id),
    }
    return given(request, "brand", "settings-brands", told, wrong=bool(form.errors))


@require_POST
def turn(request: Seated, brand_id: UUID, turn: str) -> HttpResponse:
    """Pause, resume, take out of use, take into use again."""
    if turn not in TURNS:
        msg = "no such turn"
        raise Http404(msg)
    verb, said = TURNS[turn]
    try:
        verb(actor=request.actor, brand_id=brand_id, why=request.POST.get("why", "")[:500], now=timezone.now())
        messages.success(request, str(said))
    except Conflict as refusal:
        messages.error(request, refusal.message)
    return redirect("settings-brand", request.seat.workspace.slug, brand_id)


def _edited(request: Seated, brand_id: UUID, form: BrandForm) -> bool:
    version = request.POST.get("version", "")
    try:
        editing.edit_brand(
            actor=request.actor,
            brand_id=brand_id,
            changes=form.changes(request.actor),
            version=int(version) if version.isdecimal() else None,
            now=timezone.now(),
        )
    except Refusal as refusal:
        _say(form, refusal)
        return False
    return True


def _say(form: BrandForm, refusal: Refusal) -> None:
    if refusal.code == "already_there":
        form.add_error("new_niche", gettext("There is a niche like this already; choose it above."))
    else:
        refuse(form, refusal)
