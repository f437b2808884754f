"""`postroom member` and `postroom invitation`: who is let in, as what, for which brands, and who goes."""

import pytest

from postroom.workspaces.actors import Actor
from postroom.workspaces.models import Role
from tests.cli.conftest import Postroom
from tests.make.brands import make_brand
from tests.make.workspaces import make_member, make_user, make_workspace


@pytest.fixture(autouse=True)
def owner(db: None) -> Actor:
    return make_workspace()[1]


@pytest.fixture
def editor(owner: Actor, postroom: Postroom) -> str:
    """The e-mail address of an editor of the workspace."""
    made = make_member(owner, Role.EDITOR)
    rows = postroom("member", "list", "--json").json
    return next(row["email"] for row in rows if row["user_id"] == str(made.user_id))


def test_a_member_gets_another_role_and_is_limited_to_brands(postroom: Postroom, owner: Actor, editor: str):
    brand = make_brand(owner, "First")
    assert postroom("member", "role", editor, "approver", "--json").json["role"] == "approver"
    limited = postroom("member", "limit", editor, "--brand", brand.slug, "--json").json
    assert limited["brand_ids"] == [str(brand.id)]
    assert brand.slug in postroom("member", "list").out
    assert brand.slug in postroom("workspace", "members").out
    opened = postroom("member", "limit", limited["user_id"], "--all")
    assert (opened.code, "all" in opened.out) == (0, True)
    assert postroom("member", "limit", editor).code == 2
    assert postroom("member", "limit", editor, "--all", "--brand", brand.slug).code == 2


def test_a_member_is_removed_after_a_question(postroom: Postroom, editor: str):
    assert postroom("member", "remove", editor, typed="n\n").code != 0
    assert postroom("member", "remove", editor, "--yes", "--json").json["removed"] is True
    assert [row["role"] for row in postroom("member", "list", "--json").json] == ["owner"]
    assert "nothing found" in postroom("member", "remove", editor, "--yes").err


def test_what_a_member_may_not_and_the_last_owner_cannot(postroom: Postroom, editor: str):
    owner = next(row["email"] for row in postroom("member", "list", "--json").json if row["role"] == "owner")
    refused = postroom("member", "role", editor, "owner", "--as", editor)
    assert (refused.code, "members.edit" in refused.err) == (1, True)
    assert "last owner" in postroom("member", "remove", owner, "--yes").err
    assert "no user nobody@example.org" in postroom("member", "role", "nobody@example.org", "editor").err
    assert "role" in postroom("member", "role", editor, "king").err


def test_an_invitation_is_made_listed_and_accepted_by_its_secret(postroom: Postroom, owner: Actor):
    brand = make_brand(owner, "First")
    user = make_user("Ivy")
    asked = ("invitation", "create", user.email, "--role", "approver", "--brand", brand.slug, "--json")
    made = postroom(*asked).json
    listed = postroom("invitation", "list")
    assert (made["brand_ids"], made["secret"] in listed.out) == ([str(brand.id)], False)
    assert (user.email in listed.out, brand.slug in listed.out) == (True, True)
    assert "secret" not in postroom("invitation", "list", "--json").json[0]
    done = postroom("invitation", "accept", user.email, "--json", typed=f"{made['secret']}\n")
    assert (done.json["role"], done.json["workspace"]) == ("approver", "postal-press")
    assert user.email in [row["email"] for row in postroom("member", "list", "--json").json]
    again = postroom("invitation", "accept", user.email, typed=f"{made['secret']}\n")
    assert (again.code, made["secret"] in again.err) == (1, False)


def test_a_secret_is_for_one_person_and_is_asked_for(postroom: Postroom):
    made = postroom("invitation", "create", "ivy@example.org")
    secret, other = made.out.strip(), make_user("Other").email
    assert (made.code, "invitation accept ivy@example.org" in made.err) == (0, True)
    assert "another e-mail address" in postroom("invitation", "accept", other, typed=f"{secret}\n").err
    assert "standard input" in postroom("invitation", "accept", other).err
    assert "user create ivy@example.org" in postroom("invitation", "accept", "ivy@example.org").err


def test_invitations_are_taken_back_by_address_or_id(postroom: Postroom):
    first = postroom("invitation", "create", "ivy@example.org", "--json").json
    assert postroom("invitation", "revoke", "Ivy@example.org").code == 0
    assert postroom("invitation", "revoke", first["id"]).code == 1
    second = postroom("invitation", "create", "ivy@example.org", "--json").json
    gone = postroom("invitation", "revoke", second["id"], "--json").json
    assert (gone["id"], gone["revoked_at"] is not None) == (second["id"], True)
    assert postroom("invitation", "list", "--json").json == []
    assert postroom("invitation", "revoke", "nobody@example.org").code == 2
