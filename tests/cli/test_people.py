"""`postroom user`, `postroom workspace`, and who acts."""

from tests.cli.conftest import Postroom
from tests.make.workspaces import Cast, make_workspace

PASSWORD = "correct horse battery"


def test_from_nothing_to_a_workspace_with_its_owner(postroom: Postroom):
    assert "postroom workspace create" in postroom("brand", "list").err
    made = postroom("user", "create", "ada@example.org", "--name", "Ada", "--json", typed=f"{PASSWORD}\n")
    assert (made.code, made.json["email"], "password" in made.json) == (0, "ada@example.org", False)
    made = postroom("workspace", "create", "Postal Press", "--owner", "ada@example.org", "--json")
    assert (made.code, made.json["slug"]) == (0, "postal-press")
    assert postroom("workspace", "list", "--json").json[0]["slug"] == "postal-press"
    shown = postroom("workspace", "members", "--json").json
    assert [(row["email"], row["role"]) for row in shown] == [("ada@example.org", "owner")]
    assert "Postal Press" in postroom("workspace", "show").out


def test_passwords_are_made_up_asked_for_and_never_shown(postroom: Postroom):
    made = postroom("user", "create", "ada@example.org", "--generate", "--json").json
    assert len(made["password"]) >= 20
    changed = postroom("user", "password", "ada@example.org", typed=f"{made['password']}\n{PASSWORD}\n")
    assert changed.code == 0
    assert PASSWORD not in changed.out + changed.err
    wrong = postroom("user", "password", "ada@example.org", typed=f"wrong\n{PASSWORD}\n")
    assert (wrong.code, "old password" in wrong.err) == (1, True)
    assert postroom("user", "create", "bob@example.org", typed="").code == 1
    weak = postroom("user", "create", "bob@example.org", typed="password\n")
    assert (weak.code, "password" in weak.err) == (1, True)


def test_who_acts_is_asked_for_when_it_is_not_clear(postroom: Postroom, cast: Cast):
    several = postroom("brand", "list")
    assert (several.code, "--workspace" in several.err) == (2, True)
    slug = cast.workspace.slug
    assert postroom("brand", "list", "--workspace", slug, "--json").code == 0
    assert "There is no workspace nowhere" in postroom("brand", "list", "--workspace", "nowhere").err
    nobody = postroom("brand", "list", "--workspace", slug, "--as", "nobody@example.org")
    assert (nobody.code, "no user nobody@example.org" in nobody.err) == (1, True)
    outside = next(row for row in postroom("user", "list", "--workspace", cast.outside_workspace.slug, "--json").json)
    assert postroom("brand", "list", "--workspace", slug, "--as", outside["email"]).code == 1


def test_the_user_named_is_bound_by_the_role(postroom: Postroom, cast: Cast):
    rows = postroom("user", "list", "--workspace", cast.workspace.slug, "--json").json
    viewer = next(row["email"] for row in rows if row["role"] == "viewer")
    refused = postroom("brand", "create", "Third", "--workspace", cast.workspace.slug, "--as", viewer)
    assert (refused.code, "viewer" in refused.err) == (1, True)


def test_several_owners_are_told_apart(postroom: Postroom):
    make_workspace()
    assert postroom("user", "create", "bob@example.org", "--generate").code == 0
    assert postroom("workspace", "add", "bob@example.org", "--role", "owner").code == 0
    several = postroom("brand", "list")
    assert (several.code, "--as" in several.err) == (2, True)
    assert postroom("brand", "list", "--as", "bob@example.org").code == 0


def test_the_machine_acts_in_a_workspace_without_an_owner(postroom: Postroom):
    made = postroom("workspace", "create", "Quiet")
    assert (made.code, "no owner" in made.err) == (0, True)
    assert postroom("brand", "create", "First").code == 0


def test_a_workspace_is_edited_held_and_released(postroom: Postroom):
    make_workspace()
    edited = postroom("workspace", "edit", "--name", "New", "--missed-after", "5", "--json").json
    assert (edited["name"], edited["settings"]) == ("New", {"missed_after_hours": 5})
    assert postroom("workspace", "pause", "--why", "Crisis", "--json").json["paused_why"] == "Crisis"
    assert postroom("workspace", "resume", "--json").json["paused_at"] is None
    assert postroom("workspace", "resume").code == 1
    assert "time_zone" in postroom("workspace", "edit", "--time-zone", "Mars/Olympus").err


def test_keys_are_shown_once_listed_and_revoked(postroom: Postroom, db: None):
    make_workspace()
    made = postroom("key", "create", "Robot", "--role", "editor", "--scope", "posts.read", "--json").json
    assert made["key"].startswith("pr_")
    listed = postroom("key", "list")
    assert made["key"] not in listed.out
    assert "Robot" in listed.out
    assert postroom("key", "revoke", made["key"][:11]).code == 0
    assert postroom("key", "list", "--json").json == []
    assert len(postroom("key", "list", "--revoked", "--json").json) == 1
    assert postroom("key", "revoke", "nonsense").code == 2
    assert "scopes" in postroom("key", "create", "x", "--scope", "everything").err
    assert postroom("key", "create", "x", "--expires", "soon").code == 2


def test_times_of_a_workspace_are_said_and_read_in_its_zone(postroom: Postroom, db: None):
    make_workspace(time_zone="Europe/Berlin")
    postroom("key", "create", "local", "--expires", "2099-07-01T00:00")
    postroom("key", "create", "exact", "--expires", "2099-07-01T00:00+00:00")
    told = {row["name"]: row["expires_at"] for row in postroom("key", "list", "--json").json}
    assert told == {"local": "2099-06-30T22:00:00+00:00", "exact": "2099-07-01T00:00:00+00:00"}
    listed = postroom("key", "list").out
    assert "2099-07-01 00:00:00 CEST" in listed
    assert "2099-07-01 02:00:00 CEST" in listed


def test_links_for_the_first_user_and_for_one_there_is(postroom: Postroom):
    first = postroom("user", "link")
    assert (first.code, "/set-up/" in first.out, "first" in first.err) == (0, True, True)
    assert "/set-up/" in postroom("user", "link", "--first").out
    postroom("user", "create", "ada@example.org", "--no-password")
    assert (postroom("user", "link").code, postroom("user", "link", "--first").out) == (2, "")
    assert "/sign-in/" in postroom("user", "link", "ada@example.org", "--json").json["link"]
    assert postroom("user", "link", "nobody@example.org").code == 1
