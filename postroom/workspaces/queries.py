"""Questions about workspaces, their members, invitations and keys."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from postroom.workspaces.actors import Actor, seeing
from postroom.workspaces.errors import NotFound
from postroom.workspaces.models import ApiKey, Invitation, Membership, Workspace
from postroom.workspaces.permissions import Permission


@dataclass(frozen=True, slots=True)
class NamedWorkspace:
    """A workspace as whoever runs the machine may know it."""

    id: UUID
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member for a list."""

    user_id: UUID
    email: str
    name: str
    role: str
    brand_ids: tuple[UUID, ...] | None
    joined_at: datetime


def workspaces_on_this_machine() -> list[NamedWorkspace]:
    """Every workspace of the installation by slug: for the command line, whose user owns the machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, slug, name FROM postroom_workspaces() ORDER BY slug")
        return [NamedWorkspace(*row) for row in cursor.fetchall()]


def one_workspace(actor: Actor) -> Workspace:
    """The actor's workspace."""
    actor.demand(Permission.WORKSPACE_READ)
    with seeing(actor):
        workspace = Workspace.objects.filter(id=actor.workspace_id).first()
    if workspace is None:
        raise NotFound("workspace", actor.workspace_id)
    return workspace


def members(actor: Actor) -> list[MemberRow]:
    """Everybody in the workspace, by name."""
    actor.demand(Permission.MEMBERS_READ)
    with seeing(actor):
        found = Membership.objects.select_related("user").filter(workspace_id=actor.workspace_id)
        rows = [
            MemberRow(
                user_id=member.user_id,
                email=member.user.email,
                name=str(member.user),
                role=member.role,
                brand_ids=None if member.brand_ids is None else tuple(UUID(one) for one in member.brand_ids),
                joined_at=member.created_at,
            )
            for member in found
        ]
    return sorted(rows, key=lambda row: (row.name.casefold(), row.email))


def invitations(actor: Actor, *, now: datetime) -> list[Invitation]:
    """Invitations that still can be accepted, the newest first."""
    actor.demand(Permission.MEMBERS_READ)
    with seeing(actor):
        still_open = Invitation.objects.filter(accepted_at=None, revoked_at=None, expires_at__gt=now)
        return list(still_open.defer("secret_hash").order_by("-created_at", "-id"))


def api_keys(actor: Actor, *, revoked: bool = False) -> list[ApiKey]:
    """The workspace's keys, the newest first; `revoked`: those that were revoked as well."""
    actor.demand(Permission.KEYS_EDIT)
    with seeing(actor):
        found = ApiKey.objects.all() if revoked else ApiKey.objects.filter(revoked_at=None)
        return list(found.defer("hash").order_by("-created_at", "-id"))
