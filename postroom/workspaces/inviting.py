"""Bringing people in: an invitation carries a one-time secret, of which only the hash is kept."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from postroom.database.tenancy import scope
from postroom.events.models import ActorKind
from postroom.events.recording import record
from postroom.workspaces import values
from postroom.workspaces.actors import Actor, acting
from postroom.workspaces.errors import Conflict, NotAllowed, NotFound
from postroom.workspaces.mailing import send_invitation
from postroom.workspaces.models import Invitation, Membership, User, Workspace
from postroom.workspaces.permissions import Permission
from postroom.workspaces.rank import read_brands, read_role

VALID_FOR: Final = timedelta(days=7)


class AlreadyMember(Conflict):
    """This person is a member already."""

    code = "already_member"


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation just made, with the secret that its link carries: shown now and never again."""

    invitation: Invitation
    secret: str = field(repr=False)
    is_sent: bool = False
    """Whether an e-mail with the link went out."""


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """An invitation as whoever holds its secret may see it."""

    email: str
    role: str
    workspace: str
    slug: str
    invited_by: str
    expires_at: datetime


def invite(*, actor: Actor, email: str, role: str, now: datetime, brand_ids: Collection[UUID] | None = None) -> Invited:
    """Invite a person for a week; earlier invitations of the same address end. BadInput, NotAllowed, AlreadyMember."""
    actor.demand(Permission.MEMBERS_EDIT)
    address, given, brands = values.email("email", email), read_role(actor, role), read_brands(actor, brand_ids)
    secret = secrets.token_urlsafe(32)
    with acting(actor):
        if Membership.objects.filter(user__email=address).exists():
            raise AlreadyMember(f"{address} is a member of this workspace already.")
        Invitation.objects.filter(_open() & Q(email=address)).update(revoked_at=now)
        made = Invitation.objects.create(
            workspace_id=actor.workspace_id,
            email=address,
            role=given,
            brand_ids=brands,
            secret_hash=_hash(secret),
            invited_by_id=actor.user_id,
            expires_at=now + VALID_FOR,
        )
        record("invitation.made", made, workspace_id=actor.workspace_id, context={"email": address, "role": given})
        workspace = Workspace.objects.get(id=actor.workspace_id).name
    sent = send_invitation(made, secret=secret, inviter=actor.name, workspace=workspace)
    return Invited(made, secret, sent)


def look_at_invitation(*, secret: str, now: datetime) -> OpenInvitation:
    """Say what a secret invites to. NotFound when it is unknown, used, revoked or late: not told apart."""
    invitation = _by_secret(secret, now)
    with scope(workspace_id=invitation.workspace_id):
        workspace = Workspace.objects.get(id=invitation.workspace_id)
    inviter = User.objects.filter(id=invitation.invited_by_id).first() if invitation.invited_by_id else None
    return OpenInvitation(
        email=invitation.email,
        role=invitation.role,
        workspace=workspace.name,
        slug=workspace.slug,
        invited_by=str(inviter) if inviter else "",
        expires_at=invitation.expires_at,
    )


def accept_invitation(*, user_id: UUID, secret: str, now: datetime) -> Membership:
    """Become a member by an invitation's secret. It works once, in time, and for the address it was sent to.

    Raises NotFound (unknown, used, revoked or late: not told apart), NotAllowed (another address), AlreadyMember.
    """
    user, invitation = User.objects.filter(id=user_id, is_active=True).first(), _by_secret(secret, now)
    if user is None:
        raise NotFound("invitation")
    if user.email.lower() != invitation.email.lower():
        raise NotAllowed("This invitation was sent to another e-mail address.")
    told = {"kind": ActorKind.PERSON.value, "id": user.id, "name": str(user), "why": ""}
    with scope(workspace_id=invitation.workspace_id, user_id=user.id, actor=told):
        if not Invitation.objects.filter(_open() & Q(id=invitation.id)).update(accepted_at=now):
            raise NotFound("invitation")
        try:
            with transaction.atomic():
                member = Membership.objects.create(
                    workspace_id=invitation.workspace_id,
                    user=user,
                    role=invitation.role,
                    brand_ids=invitation.brand_ids,
                )
        except IntegrityError:
            raise AlreadyMember("You are a member of this workspace already.") from None
        record("member.joined", member, workspace_id=member.workspace_id, context={"role": member.role})
    return member


def revoke_invitation(*, actor: Actor, invitation_id: UUID, now: datetime) -> Invitation:
    """Take an invitation back. NotFound when there is none that is still open."""
    actor.demand(Permission.MEMBERS_EDIT)
    with acting(actor):
        wanted = values.identifier("invitation_id", invitation_id)
        if not Invitation.objects.filter(_open() & Q(id=wanted)).update(revoked_at=now):
            raise NotFound("invitation", invitation_id)
        invitation = Invitation.objects.get(id=wanted)
        record("invitation.revoked", invitation, workspace_id=actor.workspace_id)
        return invitation


def _by_secret(secret: str, now: datetime) -> Invitation:
    found = Invitation.objects.raw("SELECT * FROM postroom_invitation(%s)", [_hash(secret)])
    invitation = next(iter(found), None)
    if invitation is None or invitation.expires_at <= now:
        raise NotFound("invitation")
    return invitation


def _open() -> Q:
    return Q(accepted_at__isnull=True, revoked_at__isnull=True)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
