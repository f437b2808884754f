"""Members of the workspace, and the invitations that bring more."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema

from postroom.api.answers import Page, Paged, as_json, created, nothing, page_of, shaped
from postroom.api.keys import Called
from postroom.api.shapes import In
from postroom.workspaces import inviting, members, queries

router = Router(tags=["members"])
invitations = Router(tags=["members"])


class MemberOut(Schema):
    """A member; `brand_ids` null = all brands."""

    user_id: UUID
    email: str
    name: str
    role: str
    brand_ids: list[UUID] | None
    joined_at: datetime


class RoleIn(In):
    """One of owner, admin, editor, approver, viewer."""

    role: str


class BrandsIn(In):
    """The brands somebody is limited to; null = all."""

    brand_ids: list[UUID] | None


class InvitationIn(RoleIn):
    """Whom to invite, as what."""

    email: str
    brand_ids: list[UUID] | None = None


class InvitationOut(Schema):
    """An open invitation."""

    id: UUID
    email: str
    role: str
    brand_ids: list[UUID] | None
    expires_at: datetime
    created_at: datetime


class InvitationMade(InvitationOut):
    """A new invitation with the secret that accepts it: shown now and never again."""

    secret: str


@router.get("", response=Page[MemberOut])
def list_members(request: Called, filters: Query[Paged]) -> HttpResponse:
    """List everybody in the workspace, by name."""
    return page_of(request, filters, MemberOut, queries.members(request.actor), lambda row: row.user_id)


@router.put("/{uuid:user_id}/role", response=MemberOut)
def change_role(request: Called, user_id: UUID, payload: RoleIn) -> HttpResponse:
    """Give a member another role."""
    members.change_role(actor=request.actor, user_id=user_id, role=payload.role, now=timezone.now())
    return _member(request, user_id)


@router.put("/{uuid:user_id}/brands", response=MemberOut)
def limit_to_brands(request: Called, user_id: UUID, payload: BrandsIn) -> HttpResponse:
    """Limit a member to some brands."""
    members.limit_to_brands(actor=request.actor, user_id=user_id, brand_ids=payload.brand_ids, now=timezone.now())
    return _member(request, user_id)


@router.delete("/{uuid:user_id}", response={204: None})
def remove_member(request: Called, user_id: UUID) -> HttpResponse:
    """Take a member out."""
    members.remove_member(actor=request.actor, user_id=user_id, now=timezone.now())
    return nothing()


@invitations.get("", response=Page[InvitationOut])
def list_invitations(request: Called, filters: Query[Paged]) -> HttpResponse:
    """List the invitations that can still be accepted, newest first."""
    return page_of(request, filters, InvitationOut, queries.invitations(request.actor, now=timezone.now()))


@invitations.post("", response={201: InvitationMade})
def invite(request: Called, payload: InvitationIn) -> HttpResponse:
    """Invite a person for a week. The secret in the answer is not shown again, not even to a repeat."""
    made = inviting.invite(
        actor=request.actor,
        email=payload.email,
        role=payload.role,
        brand_ids=payload.brand_ids,
        now=timezone.now(),
    )
    path = f"/invitations/{made.invitation.id}"
    answer = created(InvitationOut, made.invitation, path, secret=made.secret)
    answer.kept = created(InvitationOut, made.invitation, path, secret="").content  # type: ignore[attr-defined] # for Repeats
    return answer


@invitations.delete("/{uuid:invitation_id}", response={204: None})
def revoke_invitation(request: Called, invitation_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    inviting.revoke_invitation(actor=request.actor, invitation_id=invitation_id, now=timezone.now())
    return nothing()


def _member(request: Called, user_id: UUID) -> HttpResponse:
    found = next(row for row in queries.members(request.actor) if row.user_id == user_id)
    return as_json(shaped(MemberOut, found))
