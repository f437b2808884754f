"""People and workspaces for tests, made by the room's own verbs."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from uuid import UUID

from postroom.brands.models import Brand
from postroom.workspaces.actors import Actor
from postroom.workspaces.founding import create_workspace
from postroom.workspaces.members import add_member
from postroom.workspaces.models import Role, User, Workspace
from postroom.workspaces.users import actor_of_user, create_user
from tests.make.brands import make_brand

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""A Monday at noon: the present of tests that don't care."""

_numbers = count(1)


@dataclass(frozen=True)
class Cast:
    """People of one workspace, and an outsider, the owner of another one, who must see nothing of it."""

    workspace: Workspace
    outside_workspace: Workspace
    brand: Brand
    other_brand: Brand
    outside_brand: Brand
    owner: Actor
    admin: Actor
    editor: Actor
    approver: Actor
    viewer: Actor
    outsider: Actor

    def everybody(self) -> dict[Role, Actor]:
        """One actor for each role."""
        return {one.role: one for one in (self.owner, self.admin, self.editor, self.approver, self.viewer)}


def make_user(name: str = "Ada", *, password: str | None = None) -> User:
    """A user of that name with an address of their own."""
    number = next(_numbers)
    address = f"{name.lower().replace(' ', '.')}.{number}@example.org"
    return create_user(email=address, name=name, password=password, now=NOW)


def make_workspace(name: str = "Postal Press", *, time_zone: str = "UTC") -> tuple[Workspace, Actor]:
    """A workspace and its owner."""
    user = make_user("Owen Owner")
    workspace = create_workspace(name=name, user_id=user.id, time_zone=time_zone, now=NOW)
    return workspace, actor_of_user(user.id, workspace.id)


def make_member(owner: Actor, role: Role, *, brand_ids: list[UUID] | None = None) -> Actor:
    """A new user who is a member of the owner's workspace."""
    user = make_user(f"{role.label} {next(_numbers)}")
    add_member(actor=owner, user_id=user.id, role=role, brand_ids=brand_ids, now=NOW)
    return actor_of_user(user.id, owner.workspace_id)


def make_cast() -> Cast:
    """Make everybody."""
    workspace, owner = make_workspace()
    outside_workspace, outsider = make_workspace("Outside")
    roles = {role: make_member(owner, role) for role in Role if role != Role.OWNER}
    return Cast(
        workspace=workspace,
        outside_workspace=outside_workspace,
        brand=make_brand(owner, "First Brand"),
        other_brand=make_brand(owner, "Other Brand"),
        outside_brand=make_brand(outsider, "Outside Brand"),
        owner=owner,
        admin=roles[Role.ADMIN],
        editor=roles[Role.EDITOR],
        approver=roles[Role.APPROVER],
        viewer=roles[Role.VIEWER],
        outsider=outsider,
    )
