from uuid import uuid4

import pytest

from postroom.events.models import ActorKind
from postroom.workspaces.actors import Actor
from postroom.workspaces.errors import NotAllowed
from postroom.workspaces.models import Role
from postroom.workspaces.permissions import TABLE, Permission

MAY = {
    "workspace.read": "owner admin editor approver viewer",
    "workspace.edit": "owner admin",
    "workspace.delete": "owner",
    "members.read": "owner admin editor approver",
    "members.edit": "owner admin",
    "keys.edit": "owner admin",
    "brands.read": "owner admin editor approver viewer",
    "brands.edit": "owner admin",
    "channels.read": "owner admin editor approver viewer",
    "channels.connect": "owner admin",
    "channels.edit": "owner admin",
    "library.read": "owner admin editor approver viewer",
    "library.edit": "owner admin editor",
    "posts.read": "owner admin editor approver viewer",
    "posts.write": "owner admin editor",
    "posts.approve": "owner admin approver",
    "posts.schedule": "owner admin editor",
    "posts.settle": "owner admin editor",
    "comments.write": "owner admin editor approver",
    "events.read": "owner admin editor approver viewer",
    "events.resolve": "owner admin editor",
    "history.read": "owner admin editor approver viewer",
    "money.read": "owner admin",
    "money.edit": "owner admin",
    "pause": "owner admin editor approver",
}


@pytest.mark.parametrize("permission", list(Permission))
def test_the_permission_table(permission: Permission) -> None:
    allowed = set(MAY[permission.value].split())
    for role in Role:
        actor = Actor(kind=ActorKind.PERSON, workspace_id=uuid4(), role=role)
        assert actor.may(permission) == (role.value in allowed), role
        assert (permission in TABLE[role]) == (role.value in allowed)
        if role.value in allowed:
            actor.demand(permission)
        else:
            with pytest.raises(NotAllowed, match=role.value):
                actor.demand(permission)


@pytest.mark.parametrize("permission", list(Permission))
def test_scopes_and_brands_narrow_a_role(permission: Permission) -> None:
    brand, other = uuid4(), uuid4()
    key = Actor(
        kind=ActorKind.API_KEY,
        workspace_id=uuid4(),
        role=Role.OWNER,
        scopes=frozenset({permission.value}),
        brand_ids=frozenset({brand}),
    )
    assert key.may(permission, brand)
    assert not key.may(permission, other)
    assert not any(key.may(one) for one in Permission if one is not permission)
