"""Members: their roles, the brands they are limited to, and their leaving. A workspace never loses its last owner."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from postroom.events.recording import raise_event, record
from postroom.workspaces import values
from postroom.workspaces.actors import Actor, acting
from postroom.workspaces.errors import Conflict, NotFound
from postroom.workspaces.models import ApiKey, Membership, Role, User
from postroom.workspaces.permissions import Permission
from postroom.workspaces.rank import demand_rank, read_brands, read_role


class LastOwner(Conflict):
    """The workspace would be left without an owner."""

    code = "last_owner"


class AlreadyIn(Conflict):
    """This user is a member already."""

    code = "already_member"


def add_member(
    *, actor: Actor, user_id: UUID, role: str, now: datetime, brand_ids: Collection[UUID] | None = None
) -> Membership:
    """Make a user who is there already a member, without an invitation. BadInput, NotAllowed, NotFound, AlreadyIn."""
    del now
    actor.demand(Permission.MEMBERS_EDIT)
    given, brands = read_role(actor, role), read_brands(actor, brand_ids)
    with acting(actor):
        user = User.objects.filter(id=values.identifier("user_id", user_id), is_active=True).first()
        if user is None:
            raise NotFound("user", user_id)
        member, made = Membership.objects.get_or_create(
            workspace_id=actor.workspace_id, user=user, defaults={"role": given, "brand_ids": brands}
        )
        if not made:
            raise AlreadyIn(f"{user} is a member of this workspace already.")
        record("member.added", member, workspace_id=actor.workspace_id, context={"role": given})
        return member


def change_role(*, actor: Actor, user_id: UUID, role: str, now: datetime) -> Membership:
    """Give a member another role. Neither the old nor the new one may be above the actor's. LastOwner, NotFound."""
    del now
    actor.demand(Permission.MEMBERS_EDIT)
    given = read_role(actor, role)
    with acting(actor):
        member = _member(actor, user_id)
        before = member.role
        if given != Role.OWNER:
            _keep_an_owner(member)
        member.role = given
        member.save(update_fields=["role"])
        record("member.role_changed", member, workspace_id=actor.workspace_id, context={"from": before, "to": given})
        return member


def limit_to_brands(*, actor: Actor, user_id: UUID, brand_ids: Collection[UUID] | None, now: datetime) -> Membership:
    """Limit a member to some brands (None: all). Owners see everything, so they can't be limited."""
    del now
    actor.demand(Permission.MEMBERS_EDIT)
    brands = read_brands(actor, brand_ids)
    with acting(actor):
        member = _member(actor, user_id)
        if member.role == Role.OWNER and brands is not None:
            raise Conflict("An owner can't be limited to some brands; change the role first.")
        member.brand_ids = brands
        member.save(update_fields=["brand_ids"])
        record("member.limited", member, workspace_id=actor.workspace_id, context={"brand_ids": brands})
        return member


def remove_member(*, actor: Actor, user_id: UUID, now: datetime) -> None:
    """Take a member out. People may go by themselves, but not the last owner. LastOwner, NotFound, NotAllowed."""
    del now
    if values.identifier("user_id", user_id) != actor.user_id:
        actor.demand(Permission.MEMBERS_EDIT)
    with acting(actor):
        member = _member(actor, user_id)
        _keep_an_owner(member)
        record("member.removed", member, workspace_id=actor.workspace_id, context={"user_id": str(user_id)})
        _tell_of_keys(member)
        member.delete()


def _member(actor: Actor, user_id: UUID) -> Membership:
    """The member, locked together with every owner, so that two owners can't take each other out at once."""
    wanted = values.identifier("user_id", user_id)
    list(
        Membership.objects.select_for_update()
        .filter(workspace_id=actor.workspace_id, role=Role.OWNER)
        .order_by("id")
        .values_list("id")
    )
    member = Membership.objects.select_for_update().filter(workspace_id=actor.workspace_id, user_id=wanted).first()
    if member is None:
        raise NotFound("member", user_id)
    demand_rank(actor, Role(member.role))
    return member


def _tell_of_keys(member: Membership) -> None:
    """Keys belong to the workspace and go on working; whoever stays decides about those the leaver may know."""
    made = ApiKey.objects.filter(workspace_id=member.workspace_id, created_by_id=member.user_id, revoked_at=None)
    names = list(made.order_by("name").values_list("name", flat=True)[:50])
    if names:
        raise_event(
            "api_key.maker_left",
            f"{member.user} made API keys that still work: {', '.join(names)[:500]}. Revoke or replace them.",
            workspace_id=member.workspace_id,
            category="workspaces",
            subject=member,
            context={"keys": names},
        )


def _keep_an_owner(member: Membership) -> None:
    others = Membership.objects.filter(workspace_id=member.workspace_id, role=Role.OWNER).exclude(id=member.id)
    if member.role == Role.OWNER and not others.exists():
        raise LastOwner("This is the last owner; make somebody else an owner first.")
