"""One file: seen or heard, described, downloaded, removed and brought back."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from postroom.brands.queries import brands
from postroom.library.describing import describe_asset
from postroom.library.queries import SEEN, AssetRow, one_asset
from postroom.library.removing import InUse, remove_asset, restore_asset
from postroom.publishing.using import posts_with
from postroom.publishing.waiting import posts_that_need
from postroom.web.frame.seats import Seated
from postroom.web.library.tiles import DRAWN_BY_BROWSERS, PURPOSES, shown_at, thumbnail_of, tile_of
from postroom.workspaces.actors import Actor
from postroom.workspaces.errors import BadInput, Conflict, Refusal
from postroom.workspaces.permissions import Permission


class AssetForm(forms.Form):
    """What people say about a file."""

    alt_text = forms.CharField(
        label=_("Alternative text"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "What is to be seen, for whoever can’t see it: one or two sentences. Posts take it over, and may have"
            " their own."
        ),
    )
    title = forms.CharField(label=_("Title"), required=False, max_length=300, help_text=_("To find it by."))
    tags = forms.CharField(label=_("Tags"), required=False, max_length=5000, help_text=_("With commas between."))
    purpose = forms.ChoiceField(label=_("For"), choices=list(PURPOSES.items()))
    brand_id = forms.ChoiceField(label=_("Brand"), required=False)

    def __init__(self, *args: Any, actor: Actor, **more: Any) -> None:
        """Offer the brands this actor sees."""
        super().__init__(*args, **more)
        offered = [(str(one.id), one.name) for one in brands(actor)]
        self.fields["brand_id"].choices = [("", _("Every brand")), *offered]  # type: ignore[attr-defined] # a ChoiceField

    def changes(self) -> dict[str, object]:
        """What was typed, as the verb takes it."""
        said = dict(self.cleaned_data)
        said["tags"] = [word.strip() for word in said["tags"].split(",") if word.strip(" #")]
        said["brand_id"] = said["brand_id"] or None
        return said


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: Seated, asset_id: UUID) -> HttpResponse:
    """Show a file with its facts; change what is said of it."""
    row = one_asset(request.actor, asset_id)
    initial = {
        "alt_text": row.alt_text,
        "title": row.title,
        "tags": ", ".join(row.tags),
        "purpose": row.purpose,
        "brand_id": str(row.brand_id or ""),
    }
    form = AssetForm(request.POST if request.method == "POST" else None, initial=initial, actor=request.actor)
    if row.type not in SEEN:
        form.fields["alt_text"].label = _("What it says or plays")
    if request.method == "POST":
        request.actor.demand(Permission.LIBRARY_EDIT, row.brand_id)
        if form.is_valid() and _described(request, asset_id, form):
            messages.success(request, gettext("What is said of this file was changed."))
            return redirect(request.path)
    told = {
        "form": form,
        "tile": tile_of(row),
        "preview": _preview(row),
        "download": shown_at(row.storage_key, row.mime, row.filename, save=True),
        "uses": posts_with(request.actor, asset_id),
        "brand": next((one for one in brands(request.actor) if one.id == row.brand_id), None),
        "version": request.POST.get("version", row.version),
        "may_edit": request.actor.may(Permission.LIBRARY_EDIT, row.brand_id),
    }
    return render(request, "library/asset.html", told, status=422 if form.errors else 200)


@require_POST
def remove(request: Seated, asset_id: UUID) -> HttpResponse:
    """Put a file aside, unless a post that waits to go out needs it: then the file's page lists those."""
    slug = request.seat.workspace.slug
    try:
        gone = remove_asset(
            actor=request.actor,
            asset_id=asset_id,
            used_in=posts_that_need(request.actor, asset_id),
            now=timezone.now(),
        )
    except InUse as refusal:
        messages.error(request, refusal.message)
        return redirect("library-asset", slug, asset_id)
    undo = reverse("library-asset-restore", args=[slug, asset_id])
    said = gettext("%(name)s was removed. For 30 days it can be restored.") % {"name": gone.filename}
    messages.success(request, said, extra_tags=undo)
    return redirect("library", slug)


@require_POST
def restore(request: Seated, asset_id: UUID) -> HttpResponse:
    """Bring a removed file back."""
    slug = request.seat.workspace.slug
    try:
        restore_asset(actor=request.actor, asset_id=asset_id, now=timezone.now())
    except Conflict as refusal:
        messages.error(request, refusal.message)
        return redirect("library-removed", slug)
    messages.success(request, gettext("The file is back."))
    return redirect("library-asset", slug, asset_id)


def _preview(row: AssetRow) -> dict[str, str]:
    """Say how a browser shows the file: as a picture, film or sound; else by its thumbnail."""
    plays = row.type in {"video", "audio"}
    if plays or row.mime in DRAWN_BY_BROWSERS:
        how = row.type if plays else "image"
        return {"how": how, "url": shown_at(row.storage_key, row.mime, row.filename), "poster": thumbnail_of(row)}
    return {"how": "thumbnail", "url": thumbnail_of(row), "poster": ""}


def _described(request: Seated, asset_id: UUID, form: AssetForm) -> bool:
    version = request.POST.get("version", "")
    try:
        describe_asset(
            actor=request.actor,
            asset_id=asset_id,
            changes=form.changes(),
            version=int(version) if version.isdecimal() else None,
            now=timezone.now(),
        )
    except BadInput as refusal:
        allowed = gettext("This can’t be taken. What can: %(allowed)s.") % {"allowed": refusal.allowed}
        form.add_error(refusal.field.split(".")[0], allowed)
    except Refusal as refusal:
        form.add_error(None, refusal.message)
    return not form.errors
