"""Nobody gives away more than they have: the rules for roles, scopes and brands that one actor gives to another."""

from collections.abc import Collection
from uuid import UUID

from postroom.workspaces import values
from postroom.workspaces.actors import Actor
from postroom.workspaces.errors import BadInput, NotAllowed
from postroom.workspaces.models import Role
from postroom.workspaces.permissions import SCOPES, TABLE


def read_role(actor: Actor, found: object) -> Role:
    """Read a role that this actor may give: one that may do nothing the actor's own may not. BadInput, NotAllowed."""
    role = Role(values.one_of(Role.values)("role", found))
    demand_rank(actor, role)
    return role


def demand_rank(actor: Actor, role: Role) -> None:
    """Raise NotAllowed where a role may do what the actor's own may not."""
    if not TABLE[role] <= TABLE[actor.role]:
        raise NotAllowed(f"The role {actor.role.value} can't decide about the role {role.value}.")


def read_brands(actor: Actor, found: Collection[UUID] | None) -> list[str] | None:
    """Read the brands somebody is limited to (None: all), as they are stored. BadInput, NotAllowed."""
    if found is None:
        if actor.brand_ids is not None:
            raise NotAllowed("Who is limited to some brands can't give access to all of them.")
        return None
    chosen = values.identifiers("brand_ids", found)
    if actor.brand_ids is not None and not actor.brand_ids.issuperset(chosen):
        raise NotAllowed("A brand is not among those this actor is limited to.")
    return [str(one) for one in chosen]


def read_scopes(actor: Actor, found: Collection[str]) -> list[str]:
    """Read the scopes of a new key (none: all that its role may). BadInput, NotAllowed."""
    one = values.one_of(SCOPES)
    if isinstance(found, str) or len(found) > len(SCOPES):
        raise BadInput("scopes", found, "a list of scopes")
    chosen = list(dict.fromkeys(one(f"scopes.{at}", scope) for at, scope in enumerate(found)))
    if actor.scopes and (not chosen or not actor.scopes.issuperset(chosen)):
        raise NotAllowed("A key limited by scopes can't make one with more of them.")
    return chosen
