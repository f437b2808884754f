from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from postroom.events.models import ActivityLog, ActorKind
from postroom.workspaces import queries
from postroom.workspaces.actors import Actor, seeing
from postroom.workspaces.errors import BadInput, Conflict, NotAllowed, NotFound
from postroom.workspaces.founding import (
    SlugTaken,
    create_workspace,
    edit_workspace,
    pause_workspace,
    resume_workspace,
)
from postroom.workspaces.members import (
    add_member,
)
from postroom.workspaces.models import Role
from postroom.workspaces.users import (
    AlreadyThere,
    actor_of_user,
    change_password,
    create_user,
    edit_user,
    user_by_email,
    workspaces_of,
)
from tests.make.workspaces import NOW, Cast, make_user, make_workspace

WEEK = timedelta(days=7)


def test_a_user_signs_in_by_a_password_kept_by_argon2(db: None) -> None:
    user = create_user(email=" Ada@Example.ORG ", password="a long enough one", now=NOW)
    assert user.email == "ada@example.org"
    assert user.password.startswith("argon2")
    assert user_by_email("ADA@example.org") == user
    with pytest.raises(AlreadyThere):
        create_user(email="ada@example.org", now=NOW)
    with pytest.raises(NotAllowed):
        change_password(user_id=user.id, old="wrong", new="another long one", now=NOW)
    changed = change_password(user_id=user.id, old="a long enough one", new="another long one", now=NOW)
    assert changed.check_password("another long one")


def test_who_has_no_password_yet_sets_one(db: None) -> None:
    user = create_user(email="ada@example.org", now=NOW)
    assert not user.has_usable_password()
    assert change_password(user_id=user.id, old=None, new="a long enough one", now=NOW).has_usable_password()


@pytest.mark.parametrize("password", ["tiny7", "password", "ada@example.org", "x" * 1001])
def test_weak_passwords_are_refused_without_being_shown(db: None, password: str) -> None:
    with pytest.raises(BadInput) as caught:
        create_user(email="ada@example.org", password=password, now=NOW)
    assert password not in str(caught.value) or password == "password"
    assert caught.value.found == "…"


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "nobody"},
        {"email": ""},
        {"email": "a@b\x00.org"},
        {"email": "a" * 250 + "@b.org"},
        {"username": "a"},
        {"avatar_url": "file:///etc"},
        {"is_superuser": True},
    ],
)
def test_users_that_do_not_fit_are_refused(db: None, fields: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        create_user(now=NOW, **{"email": "ada@example.org", **fields})


def test_names_and_preferences_are_edited(db: None) -> None:
    user = create_user(email="ada@example.org", username="ada", now=NOW)
    other = create_user(email="bob@example.org", username="bob", now=NOW)
    edited = edit_user(user_id=user.id, display_name="Ada L.", preferences={"theme": "dark"}, now=NOW)
    edited = edit_user(user_id=user.id, preferences={"time_zone": "Europe/Paris"}, now=NOW)
    assert (str(edited), edited.preferences) == ("Ada L.", {"theme": "dark", "time_zone": "Europe/Paris"})
    with pytest.raises(AlreadyThere):
        edit_user(user_id=other.id, username="ada", now=NOW)
    for preferences in ({"theme": "neon"}, {"week_start": 7}, {"surprise": 1}):
        with pytest.raises(BadInput):
            edit_user(user_id=user.id, preferences=preferences, now=NOW)
    with pytest.raises(NotFound):
        edit_user(user_id=uuid4(), now=NOW)


def test_a_user_is_an_actor_where_they_are_a_member(cast: Cast) -> None:
    assert cast.viewer.user_id
    actor = actor_of_user(cast.viewer.user_id, cast.workspace.id)
    assert (actor.kind, actor.role, actor.brand_ids) == (ActorKind.PERSON, Role.VIEWER, None)
    with pytest.raises(NotFound):
        actor_of_user(cast.viewer.user_id, cast.outside_workspace.id)
    with pytest.raises(NotFound):
        actor_of_user(uuid4(), cast.workspace.id)
    assert [one.id for one in workspaces_of(cast.viewer.user_id)] == [cast.workspace.id]
    assert workspaces_of(uuid4()) == []


def test_slugs_of_workspaces_are_made_unique_though_others_are_not_seen(db: None) -> None:
    first, _ = make_workspace("Press")
    second, _ = make_workspace("Press")
    assert first.slug == "press"
    assert second.slug.startswith("press-")
    with pytest.raises(SlugTaken):
        create_workspace(name="Press", slug="press", now=NOW)
    named = {one.slug: one.id for one in queries.workspaces_on_this_machine()}
    assert named == {first.slug: first.id, second.slug: second.id}


def test_a_workspace_without_an_owner_yet_is_the_machines(db: None) -> None:
    workspace = create_workspace(name="Ours", now=NOW)
    machine = Actor.system(workspace.id)
    assert queries.one_workspace(machine).name == "Ours"
    user = make_user()
    add_member(actor=machine, user_id=user.id, role="owner", now=NOW)
    assert actor_of_user(user.id, workspace.id).role == Role.OWNER


def test_settings_are_kept_to_those_there_are(cast: Cast) -> None:
    edited = edit_workspace(actor=cast.admin, name="New", settings={"missed_after_hours": 0}, now=NOW)
    assert (edited.name, edited.settings) == ("New", {"missed_after_hours": 0})
    edited = edit_workspace(actor=cast.admin, settings={"languages": ["en", "pl"]}, now=NOW)
    edited = edit_workspace(actor=cast.admin, settings={"missed_after_hours": None}, now=NOW)
    assert edited.settings == {"languages": ["en", "pl"]}


def test_everything_is_held_and_let_go(cast: Cast) -> None:
    assert pause_workspace(actor=cast.approver, why="fire", now=NOW).paused_at == NOW
    later = pause_workspace(actor=cast.owner, why="still burning", now=NOW + WEEK)
    assert (later.paused_at, later.paused_why) == (NOW, "still burning")
    assert resume_workspace(actor=cast.owner, now=NOW).paused_at is None
    with pytest.raises(Conflict):
        resume_workspace(actor=cast.owner, now=NOW)
    with seeing(cast.owner):
        what = ActivityLog.objects.filter(subject_id=cast.workspace.id).order_by("at").values_list("what", "why")
        assert list(what)[-3:] == [
            ("workspace.paused", "fire"),
            ("workspace.paused", "still burning"),
            ("workspace.resumed", ""),
        ]
