"""Who acts. Every verb takes an actor; the doors make one from a session, an API key, or the machine's own user."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Self
from uuid import UUID

from postroom.database.tenancy import scope
from postroom.events.models import ActorKind
from postroom.workspaces.errors import NotAllowed
from postroom.workspaces.models import Role
from postroom.workspaces.permissions import TABLE, Permission


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody or something acting in one workspace.

    `scopes`: empty means all that the role may. `brand_ids`: None means every brand.
    """

    kind: ActorKind
    workspace_id: UUID
    role: Role
    name: str = ""
    user_id: UUID | None = None
    api_key_id: UUID | None = None
    scopes: frozenset[str] = frozenset()
    brand_ids: frozenset[UUID] | None = None
    why: str = ""

    @classmethod
    def system(cls, workspace_id: UUID, *, name: str = "Postroom", kind: ActorKind = ActorKind.SYSTEM) -> Self:
        """Make the actor for work that nobody asked for by hand (the worker, upkeep)."""
        return cls(kind=kind, workspace_id=workspace_id, role=Role.OWNER, name=name)

    def because(self, why: str) -> Self:
        """Give the same actor with a reason, which the history will carry."""
        return replace(self, why=why)

    def may(self, permission: Permission, brand_id: UUID | None = None) -> bool:
        """Tell whether this actor may do that (to something of that brand)."""
        return (
            permission in TABLE[self.role]
            and (not self.scopes or permission.value in self.scopes)
            and (brand_id is None or self.brand_ids is None or brand_id in self.brand_ids)
        )

    def demand(self, permission: Permission, brand_id: UUID | None = None) -> None:
        """Raise `NotAllowed` unless `may`."""
        if self.may(permission, brand_id):
            return
        if permission not in TABLE[self.role]:
            message = f"{permission.value} is not among what the role {self.role.value} may do"
        elif self.scopes and permission.value not in self.scopes:
            message = f"this key has no scope {permission.value}"
        else:
            message = "this brand is not among those this actor is limited to"
        raise NotAllowed(message)

    def sees_brand(self, brand_id: UUID) -> bool:
        """Tell whether rows of that brand are shown to this actor at all."""
        return self.brand_ids is None or brand_id in self.brand_ids

    @property
    def id(self) -> UUID | None:
        """The id the history keeps: the key's where there is one, else the user's."""
        return self.api_key_id or self.user_id

    def told(self) -> dict[str, object]:
        """Tell the database's triggers who acts."""
        return {"kind": self.kind.value, "id": self.id, "name": self.name, "why": self.why}


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Open the transaction of a verb: the database shows this actor's workspace and knows who acts."""
    with scope(workspace_id=actor.workspace_id, user_id=actor.user_id, actor=actor.told()):
        yield


@contextmanager
def seeing(actor: Actor) -> Iterator[None]:
    """Open the transaction of a query: the database shows this actor's workspace."""
    with acting(actor):
        yield
