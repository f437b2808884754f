import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from postroom.brands.editing import create_brand
from postroom.workspaces import queries
from postroom.workspaces.actors import Actor, acting, seeing
from postroom.workspaces.errors import BadInput, Conflict, NotAllowed, NotFound
from postroom.workspaces.founding import (
    SlugTaken,
    create_workspace,
    edit_workspace,
    pause_workspace,
    resume_workspace,
)
from postroom.workspaces.inviting import AlreadyMember, accept_invitation, invite, revoke_invitation
from postroom.workspaces.members import (
    AlreadyIn,
    LastOwner,
    add_member,
    change_role,
    limit_to_brands,
    remove_member,
)
from postroom.workspaces.models import Invitation, Membership, Role, Workspace
from postroom.workspaces.permissions import Permission
from postroom.workspaces.users import (
    actor_of_user,
)
from tests.make.workspaces import NOW, Cast, make_member, make_user

WEEK = timedelta(days=7)


# ------------------------------------------------------------ invitations


def test_an_invitation_is_accepted_once_by_the_address_it_was_sent_to(cast: Cast) -> None:
    ada, eve = make_user("Ada"), make_user("Eve")
    invited = invite(actor=cast.admin, email=ada.email.upper(), role="editor", brand_ids=[cast.brand.id], now=NOW)
    assert invited.secret not in repr(invited)
    with pytest.raises(NotAllowed):
        accept_invitation(user_id=eve.id, secret=invited.secret, now=NOW)
    with pytest.raises(NotFound):
        accept_invitation(user_id=ada.id, secret=invited.secret, now=NOW + WEEK)
    accept_invitation(user_id=ada.id, secret=invited.secret, now=NOW)
    actor = actor_of_user(ada.id, cast.workspace.id)
    assert (actor.role, actor.brand_ids) == (Role.EDITOR, frozenset({cast.brand.id}))
    for secret in (invited.secret, "", "nonsense", "\ud800"):
        with pytest.raises(NotFound):
            accept_invitation(user_id=ada.id, secret=secret, now=NOW)
    with pytest.raises(AlreadyMember):
        invite(actor=cast.admin, email=ada.email, role="editor", now=NOW)


def test_a_new_invitation_ends_the_old_one_and_one_can_be_taken_back(cast: Cast) -> None:
    ada = make_user("Ada")
    first = invite(actor=cast.admin, email=ada.email, role="editor", now=NOW)
    second = invite(actor=cast.admin, email=ada.email, role="viewer", now=NOW)
    assert [one.id for one in queries.invitations(cast.editor, now=NOW)] == [second.invitation.id]
    with pytest.raises(NotFound):
        accept_invitation(user_id=ada.id, secret=first.secret, now=NOW)
    revoke_invitation(actor=cast.admin, invitation_id=second.invitation.id, now=NOW)
    with pytest.raises(NotFound):
        accept_invitation(user_id=ada.id, secret=second.secret, now=NOW)
    with pytest.raises(NotFound):
        revoke_invitation(actor=cast.admin, invitation_id=second.invitation.id, now=NOW)
    with seeing(cast.owner):
        assert second.secret.encode() not in b"".join(bytes(one.secret_hash) for one in Invitation.objects.all())


def test_who_is_a_member_already_is_not_made_one_twice(cast: Cast) -> None:
    ada = make_user("Ada")
    invited = invite(actor=cast.admin, email=ada.email, role="editor", now=NOW)
    add_member(actor=cast.admin, user_id=ada.id, role="viewer", now=NOW)
    with pytest.raises(AlreadyMember):
        accept_invitation(user_id=ada.id, secret=invited.secret, now=NOW)
    with pytest.raises(AlreadyIn):
        add_member(actor=cast.admin, user_id=ada.id, role="viewer", now=NOW)


# ------------------------------------------------------------ members


def test_roles_change_and_the_last_owner_stays(cast: Cast) -> None:
    wanted: dict[str, Any] = {"actor": cast.owner, "user_id": cast.owner.user_id, "now": NOW}
    with pytest.raises(LastOwner):
        change_role(role="admin", **wanted)
    with pytest.raises(LastOwner):
        remove_member(**wanted)
    assert cast.admin.user_id
    change_role(actor=cast.owner, user_id=cast.admin.user_id, role="owner", now=NOW)
    assert change_role(role="viewer", **wanted).role == "viewer"
    rows = {row.user_id: row.role for row in queries.members(cast.editor)}
    assert (rows[cast.admin.user_id], len(rows)) == ("owner", 5)


def test_two_owners_do_not_take_each_other_out_at_once(cast: Cast) -> None:
    other = make_member(cast.owner, Role.OWNER)
    barrier, errors = threading.Barrier(2), []

    def remove(actor: Actor, whom: Actor) -> None:
        barrier.wait()
        try:
            remove_member(actor=actor, user_id=whom.user_id, now=NOW)  # type: ignore[arg-type] # people have ids
        except LastOwner:
            errors.append(actor)
        finally:
            connection.close()

    pairs = ((cast.owner, other), (other, cast.owner))
    threads = [threading.Thread(target=remove, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(errors) == 1
    with seeing(cast.owner):
        assert Membership.objects.filter(role=Role.OWNER, workspace=cast.workspace).count() == 1


def test_people_go_by_themselves(cast: Cast) -> None:
    assert cast.viewer.user_id
    remove_member(actor=cast.viewer, user_id=cast.viewer.user_id, now=NOW)
    with pytest.raises(NotFound):
        actor_of_user(cast.viewer.user_id, cast.workspace.id)


def test_members_are_limited_to_brands(cast: Cast) -> None:
    assert cast.editor.user_id
    limit_to_brands(actor=cast.admin, user_id=cast.editor.user_id, brand_ids=[cast.brand.id], now=NOW)
    limited = actor_of_user(cast.editor.user_id, cast.workspace.id)
    assert limited.may(Permission.POSTS_WRITE, cast.brand.id)
    assert not limited.may(Permission.POSTS_WRITE, cast.other_brand.id)
    limit_to_brands(actor=cast.admin, user_id=cast.editor.user_id, brand_ids=None, now=NOW)
    assert actor_of_user(cast.editor.user_id, cast.workspace.id).brand_ids is None
    with pytest.raises(Conflict):
        limit_to_brands(actor=cast.owner, user_id=cast.owner.user_id, brand_ids=[], now=NOW)  # type: ignore[arg-type] # people have ids


def test_nobody_gives_more_than_they_have(cast: Cast) -> None:
    ada = make_user("Ada")
    assert cast.owner.user_id
    limited = replace(cast.admin, brand_ids=frozenset({cast.brand.id}))
    with pytest.raises(NotAllowed):
        add_member(actor=cast.admin, user_id=ada.id, role="owner", now=NOW)
    with pytest.raises(NotAllowed):
        invite(actor=cast.admin, email=ada.email, role="owner", now=NOW)
    with pytest.raises(NotAllowed):
        change_role(actor=cast.admin, user_id=cast.owner.user_id, role="viewer", now=NOW)
    with pytest.raises(NotAllowed):
        remove_member(actor=cast.admin, user_id=cast.owner.user_id, now=NOW)
    for brand_ids in (None, [cast.other_brand.id]):
        with pytest.raises(NotAllowed):
            add_member(actor=limited, user_id=ada.id, role="viewer", brand_ids=brand_ids, now=NOW)
    add_member(actor=limited, user_id=ada.id, role="viewer", brand_ids=[cast.brand.id], now=NOW)


# ------------------------------------------------------------ outsiders, bad input

VERBS: dict[str, Callable[..., Any]] = {
    "role": lambda **wanted: change_role(role="viewer", **wanted),
    "brands": lambda **wanted: limit_to_brands(brand_ids=None, **wanted),
    "remove": remove_member,
}


@pytest.mark.outsider(
    "workspaces.members.add_member",
    "workspaces.members.change_role",
    "workspaces.members.limit_to_brands",
    "workspaces.members.remove_member",
    "workspaces.inviting.invite",
    "workspaces.inviting.revoke_invitation",
    "workspaces.founding.edit_workspace",
    "workspaces.founding.pause_workspace",
    "workspaces.founding.resume_workspace",
)
def test_an_outsider_touches_nobody(cast: Cast) -> None:
    invited = invite(actor=cast.owner, email="new@example.org", role="viewer", now=NOW)
    for verb in VERBS.values():
        with pytest.raises(NotFound):
            verb(actor=cast.outsider, user_id=cast.editor.user_id, now=NOW)
    with pytest.raises(NotFound):
        revoke_invitation(actor=cast.outsider, invitation_id=invited.invitation.id, now=NOW)
    invite(actor=cast.outsider, email="new@example.org", role="viewer", now=NOW)
    add_member(actor=cast.outsider, user_id=make_user().id, role="owner", now=NOW)
    edit_workspace(actor=cast.outsider, name="Theirs", settings={"missed_after_hours": 9}, now=NOW)
    pause_workspace(actor=cast.outsider, now=NOW)
    assert queries.one_workspace(cast.owner).name == cast.workspace.name
    assert queries.one_workspace(cast.owner).paused_at is None
    resume_workspace(actor=cast.outsider, now=NOW)
    assert len(queries.members(cast.owner)) == 5
    assert [one.id for one in queries.invitations(cast.owner, now=NOW)] == [invited.invitation.id]
    forged = replace(cast.outsider, workspace_id=uuid4())
    with pytest.raises(NotFound):
        edit_workspace(actor=forged, name="Nowhere", now=NOW)
    with seeing(cast.outsider):
        assert Workspace.objects.get().id == cast.outside_workspace.id


def test_only_who_may_touches_people(cast: Cast) -> None:
    for actor in (cast.editor, cast.approver, cast.viewer):
        for verb in VERBS.values():
            with pytest.raises(NotAllowed):
                verb(actor=actor, user_id=cast.admin.user_id, now=NOW)
        with pytest.raises(NotAllowed):
            invite(actor=actor, email="new@example.org", role="viewer", now=NOW)
        with pytest.raises(NotAllowed):
            revoke_invitation(actor=actor, invitation_id=uuid4(), now=NOW)
        with pytest.raises(NotAllowed):
            edit_workspace(actor=actor, name="Mine", now=NOW)
        with pytest.raises(NotAllowed):
            add_member(actor=actor, user_id=uuid4(), role="viewer", now=NOW)
        with pytest.raises(NotAllowed):
            queries.api_keys(actor)
    for verb in (pause_workspace, resume_workspace):
        with pytest.raises(NotAllowed):
            verb(actor=cast.viewer, now=NOW)
    with pytest.raises(NotAllowed):
        queries.members(cast.viewer)


@pytest.mark.bad_input(
    "workspaces.members.add_member",
    "workspaces.members.change_role",
    "workspaces.members.limit_to_brands",
    "workspaces.members.remove_member",
    "workspaces.inviting.invite",
    "workspaces.inviting.revoke_invitation",
    "workspaces.founding.edit_workspace",
    "workspaces.founding.pause_workspace",
    "workspaces.founding.resume_workspace",
)
def test_what_does_not_fit_is_refused(cast: Cast) -> None:
    wanted: dict[str, Any] = {"actor": cast.owner, "now": NOW}
    for user_id, error in [(uuid4(), NotFound), ("nonsense", BadInput), (None, BadInput)]:
        for verb in VERBS.values():
            with pytest.raises(error):
                verb(user_id=user_id, **wanted)
        with pytest.raises(error):
            add_member(user_id=user_id, role="viewer", **wanted)  # type: ignore[arg-type] # what a door may pass
    for role in ("king", "", None, 7):
        with pytest.raises(BadInput):
            change_role(user_id=cast.viewer.user_id, role=role, **wanted)  # type: ignore[arg-type] # as above
        with pytest.raises(BadInput):
            invite(email="new@example.org", role=role, **wanted)  # type: ignore[arg-type] # as above
    for brand_ids in ("all", ["nonsense"], 7):
        with pytest.raises(BadInput):
            limit_to_brands(user_id=cast.viewer.user_id, brand_ids=brand_ids, **wanted)  # type: ignore[arg-type] # as above
    with pytest.raises(BadInput):
        invite(email="nobody", role="viewer", **wanted)
    with pytest.raises(BadInput):
        revoke_invitation(invitation_id="nonsense", **wanted)  # type: ignore[arg-type] # as above
    edits: list[dict[str, Any]] = [
        {"name": ""},
        {"slug": "Not A Slug"},
        {"time_zone": "Nowhere"},
        {"surprise": 1},
        {"settings": {"missed_after_hours": -1}},
        {"settings": {"missed_after_hours": 721}},
        {"settings": {"missed_after_hours": True}},
        {"settings": {"surprise": 1}},
        {"settings": {"surprise": None}},
    ]
    for edit in edits:
        with pytest.raises(BadInput):
            edit_workspace(**wanted, **edit)
    with pytest.raises(SlugTaken):
        edit_workspace(slug=cast.outside_workspace.slug, **wanted)
    for pausing in (pause_workspace, resume_workspace):
        with pytest.raises(BadInput):
            pausing(why="x" * 501, **wanted)
    for name in ("", None):
        with pytest.raises(BadInput):
            create_workspace(name=name, now=NOW)  # type: ignore[arg-type] # as above
    with pytest.raises(NotFound):
        create_workspace(name="x", user_id=uuid4(), now=NOW)


def test_nothing_is_seen_without_a_scope(cast: Cast) -> None:
    create_brand(actor=cast.owner, name="x", now=NOW)
    assert not Workspace.objects.exists()
    assert not Membership.objects.exists()
    with acting(cast.outsider):
        assert Membership.objects.count() == 1
