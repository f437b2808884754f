"""Members of the workspace, and the invitations that bring more."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.brands.queries import brands
from postroom.web.frame.seats import Seated
from postroom.web.settings.forms import ReachForm, refuse
from postroom.web.settings.tabs import given
from postroom.web.settings.words import ROLES, matrix
from postroom.workspaces import inviting
from postroom.workspaces.errors import Conflict, NotAllowed, NotFound, Refusal
from postroom.workspaces.mailing import address_of_invitation
from postroom.workspaces.members import change_role, limit_to_brands, remove_member
from postroom.workspaces.permissions import TABLE, Permission
from postroom.workspaces.queries import MemberRow, invitations, members


class InviteForm(ReachForm):
    """Whom to invite, as what."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    field_order = ["email", "role", "reach", "brands"]


@require_safe
def show(request: Seated) -> HttpResponse:
    """List the members and the open invitations."""
    return _list(request, _invite_form(request))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: Seated) -> HttpResponse:
    """Invite somebody, and show the link: now and never again, so there is no redirect."""
    if request.method != "POST":  # the address stands in the browser's bar after the link was shown
        return redirect("settings-members", request.seat.workspace.slug)
    request.actor.demand(Permission.MEMBERS_EDIT)
    form = InviteForm(request.POST, actor=request.actor)
    if not form.is_valid():
        return _list(request, form, wrong=True)
    said = form.cleaned_data
    try:
        made = inviting.invite(
            actor=request.actor, email=said["email"], role=said["role"], brand_ids=form.brand_ids, now=timezone.now()
        )
    except Refusal as refusal:
        refuse(form, refusal)
        return _list(request, form, wrong=True)
    shown = {
        "email": made.invitation.email,
        "expires_at": made.invitation.expires_at,
        "link": address_of_invitation(made.secret),
        "is_sent": made.is_sent,
    }
    return _list(request, _invite_form(request), invited=shown)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Seated, user_id: UUID) -> HttpResponse:
    """Show one member; change role and brands."""
    request.actor.demand(Permission.MEMBERS_EDIT)
    member = next((row for row in members(request.actor) if row.user_id == user_id), None)
    if member is None:
        raise NotFound("member", user_id)
    if not _reaches(request, member):
        raise NotAllowed(gettext("Only an owner decides about owners."))
    initial = {
        "role": member.role,
        "reach": "all" if member.brand_ids is None else "some",
        "brands": [str(one) for one in member.brand_ids or ()],
    }
    form = ReachForm(request.POST if request.method == "POST" else None, initial=initial, actor=request.actor)
    if request.method == "POST" and form.is_valid() and _changed(request, member, form):
        messages.success(request, gettext("%(name)s was changed.") % {"name": member.name})
        return redirect("settings-members", request.seat.workspace.slug)
    told = {"form": form, "member": member, "is_me": user_id == request.actor.user_id}
    return given(request, "member", "settings-members", told, wrong=bool(form.errors))


@require_POST
def remove(request: Seated, user_id: UUID) -> HttpResponse:
    """Take a member out; whoever takes out themselves is sent home."""
    try:
        remove_member(actor=request.actor, user_id=user_id, now=timezone.now())
    except Conflict as refusal:
        messages.error(request, refusal.message)
        return redirect("settings-member", request.seat.workspace.slug, user_id)
    if user_id == request.actor.user_id:
        return redirect("enter")
    messages.success(request, gettext("The member was removed."))
    return redirect("settings-members", request.seat.workspace.slug)


@require_POST
def revoke(request: Seated, invitation_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    inviting.revoke_invitation(actor=request.actor, invitation_id=invitation_id, now=timezone.now())
    messages.success(request, gettext("The invitation was taken back; its link no longer works."))
    return redirect("settings-members", request.seat.workspace.slug)


def _invite_form(request: Seated) -> InviteForm | None:
    if not request.actor.may(Permission.MEMBERS_EDIT):
        return None
    return InviteForm(actor=request.actor, initial={"role": "editor"})


def _list(request: Seated, form: InviteForm | None, *, wrong: bool = False, **more: Any) -> HttpResponse:
    """Give the page of all members; names of brands instead of ids."""
    actor = request.actor
    names = {one.id: one.name for one in brands(actor)}
    rows = [
        {
            "member": row,
            "role": ROLES[row.role][0],
            "brands": _named(row.brand_ids, names),
            "is_me": row.user_id == actor.user_id,
            "may_change": _reaches(request, row),
        }
        for row in members(actor)
    ]
    waiting = [
        {
            "invitation": one,
            "role": ROLES[one.role][0],
            "brands": _named(one.brand_ids and [UUID(brand) for brand in one.brand_ids], names),
        }
        for one in invitations(actor, now=timezone.now())
    ]
    told = {"rows": rows, "waiting": waiting, "form": form, "matrix": matrix(), **more}
    answer = given(request, "members", "settings-members", told, wrong=wrong)
    if wrong:
        answer.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    return answer


def _reaches(request: Seated, row: MemberRow) -> bool:
    """Whether this actor may decide about that member: nobody does about a role above their own."""
    actor = request.actor
    return actor.may(Permission.MEMBERS_EDIT) and any(
        role == row.role and TABLE[role] <= TABLE[actor.role] for role in TABLE
    )


def _named(ids: Any, names: dict[UUID, str]) -> list[str] | None:
    return None if ids is None else [names.get(one, "…") for one in ids]


def _changed(request: Seated, member: MemberRow, form: ReachForm) -> bool:
    """Change what differs. A wider reach comes before the role of an owner, a narrower one after another role."""
    actor, now, role = request.actor, timezone.now(), form.cleaned_data["role"]
    wanted = None if form.brand_ids is None else set(form.brand_ids)
    limits = wanted != (None if member.brand_ids is None else set(member.brand_ids))
    try:
        if limits and wanted is None:
            limit_to_brands(actor=actor, user_id=member.user_id, brand_ids=None, now=now)
        if role != member.role:
            change_role(actor=actor, user_id=member.user_id, role=role, now=now)
        if limits and wanted is not None:
            limit_to_brands(actor=actor, user_id=member.user_id, brand_ids=form.brand_ids, now=now)
    except Refusal as refusal:
        refuse(form, refusal)
        return False
    return True
