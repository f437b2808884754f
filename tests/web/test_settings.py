"""The settings: who sees which part, what forms do, and that nothing typed is lost."""

import re
from datetime import time
from uuid import uuid4

import pytest
from django.test import Client

from postroom.brands.queries import brand_by_slug, one_brand, slots
from postroom.channels.queries import network_apps
from postroom.web.settings.words import PERMISSIONS, ROLES
from postroom.workspaces.inviting import accept_invitation
from postroom.workspaces.keys import actor_of_key
from postroom.workspaces.models import User
from postroom.workspaces.permissions import TABLE, Permission
from postroom.workspaces.queries import api_keys, invitations, members, one_workspace
from tests.make.brands import make_slots
from tests.make.posts import make_silent_channel
from tests.make.workspaces import NOW, Cast
from tests.web.signing import signed_in

PAGES = ("", "members/", "brands/", "brands/new/", "keys/", "apps/")


def _at(cast: Cast, path: str = "") -> str:
    return f"/w/{cast.workspace.slug}/settings/{path}"


@pytest.fixture
def admin(cast: Cast) -> Client:
    return signed_in(cast.admin)


@pytest.mark.parametrize("path", PAGES)
def test_an_outsider_finds_nothing(cast: Cast, path: str) -> None:
    assert signed_in(cast.outsider).get(_at(cast, path)).status_code == 404
    assert signed_in(cast.outsider).post(_at(cast, path)).status_code == 404


@pytest.mark.parametrize(
    ("path", "open_to"),
    [
        ("", set(TABLE)),
        ("members/", {"owner", "admin", "editor", "approver"}),
        ("brands/", set(TABLE)),
        ("brands/new/", {"owner", "admin"}),
        ("keys/", {"owner", "admin"}),
        ("apps/", {"owner", "admin"}),
    ],
)
def test_a_page_opens_to_whom_the_table_says_and_its_tab_shows_there_only(cast: Cast, path: str, open_to) -> None:
    for role, actor in cast.everybody().items():
        client = signed_in(actor)
        assert (client.get(_at(cast, path)).status_code == 200) == (role in open_to), role
        assert (f'href="{_at(cast, path)}"' in client.get(_at(cast)).text) == (role in open_to and "new" not in path)


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_who_may_not_is_refused_and_shown_no_button(cast: Cast, role: str) -> None:
    actor, brand = getattr(cast, role), cast.brand.id
    client = signed_in(actor)
    posts = {
        "": {"name": "Mine now", "time_zone": "UTC"}, "members/invite/": {"email": "a@example.org", "role": "viewer"},
        f"members/{cast.owner.user_id}/": {}, f"members/{cast.owner.user_id}/remove/": {},
        f"brands/{brand}/": {"name": "x"}, "brands/new/": {"name": "x"}, f"brands/{brand}/deactivate/": {},
        f"slots/{brand}/": {"on": "0", "at": "09:00"}, "keys/": {"name": "x"}, f"keys/{uuid4()}/revoke/": {},
        "apps/": {}, f"apps/{uuid4()}/remove/": {}, f"invitations/{uuid4()}/revoke/": {},
    }  # fmt: skip
    for path, said in posts.items():
        assert client.post(_at(cast, path), said).status_code == 403, path
    assert ">Save<" not in client.get(_at(cast)).text
    assert "Add the slot" not in client.get(_at(cast, f"slots/{brand}/")).text
    assert "New brand" not in client.get(_at(cast, "brands/")).text
    assert ("Pause everything" in client.get(_at(cast)).text) == (role == "editor")


def test_the_workspace_is_changed_and_what_is_wrong_is_said_at_its_field(cast: Cast, admin: Client) -> None:
    said = {"name": "Ink & Co", "time_zone": "Europe/Berlin", "missed_after_hours": "6", "languages": "en, de-AT"}
    assert admin.post(_at(cast), said).status_code == 302
    found = one_workspace(cast.owner)
    assert (found.name, found.time_zone) == ("Ink & Co", "Europe/Berlin")
    assert found.settings == {"missed_after_hours": 6, "languages": ["en", "de-AT"]}
    answer = admin.post(_at(cast), said | {"name": "Typed", "time_zone": "Mars/Base", "missed_after_hours": ""})
    assert (answer.status_code, 'value="Typed"' in answer.text, "IANA" in answer.text) == (422, True, True)
    admin.post(_at(cast), said | {"missed_after_hours": "", "languages": ""})
    assert one_workspace(cast.owner).settings == {}


def test_everything_is_paused_with_a_reason_and_resumed(cast: Cast, admin: Client) -> None:
    answer = admin.post(_at(cast, "pause/"), {"why": "A storm"}, follow=True)
    assert "A storm" in answer.text
    assert one_workspace(cast.owner).paused_at is not None
    assert "Sending goes on" in admin.post(_at(cast, "resume/"), follow=True).text
    assert one_workspace(cast.owner).paused_at is None
    assert "not paused any more" in admin.post(_at(cast, "resume/"), follow=True).text
    assert signed_in(cast.viewer).post(_at(cast, "pause/")).status_code == 403
    assert "can’t be taken" in admin.post(_at(cast, "pause/"), {"why": "x" * 501}, follow=True).text


def test_every_role_and_permission_has_its_words() -> None:
    assert set(ROLES) == {role.value for role in TABLE}
    assert set(PERMISSIONS) == set(Permission)


def test_an_invitation_is_made_shown_once_and_taken_back(cast: Cast, admin: Client) -> None:
    said = {"email": "Ida@example.org", "role": "editor", "reach": "some", "brands": [str(cast.brand.id)]}
    answer = admin.post(_at(cast, "members/invite/"), said)
    link = re.search(r"/invitations/([\w-]+)/", answer.text)
    assert link is not None
    assert "no-store" in answer["Cache-Control"]
    (made,) = invitations(cast.owner, now=NOW)
    assert (made.email, made.role, made.brand_ids) == ("ida@example.org", "editor", [str(cast.brand.id)])
    shown = admin.get(_at(cast, "members/")).text
    assert ("ida@example.org" in shown, link[1] in shown) == (True, False)
    user = User.objects.create_user("ida@example.org")
    assert accept_invitation(user_id=user.id, secret=link[1], now=NOW).role == "editor"
    admin.post(_at(cast, "members/invite/"), said | {"email": "bo@example.org"})
    (open_one,) = invitations(cast.owner, now=NOW)
    assert "taken back" in admin.post(_at(cast, f"invitations/{open_one.id}/revoke/"), follow=True).text
    assert invitations(cast.owner, now=NOW) == []


@pytest.mark.parametrize(
    "wrong",
    [{"email": "nobody"}, {"role": "king"}, {"role": "owner"}, {"reach": "some"}, {"reach": "some", "brands": "x"}],
)
def test_a_wrong_invitation_keeps_what_was_typed(cast: Cast, admin: Client, wrong: dict[str, str]) -> None:
    said = {"email": "ida@example.org", "role": "viewer", "reach": "all"} | wrong
    answer = admin.post(_at(cast, "members/invite/"), said)
    assert (answer.status_code, "field-error" in answer.text, said["email"] in answer.text) == (422, True, True)
    assert invitations(cast.owner, now=NOW) == []


def test_a_member_already_there_is_said_above_the_form(cast: Cast, admin: Client) -> None:
    address = members(cast.owner)[0].email
    answer = admin.post(_at(cast, "members/invite/"), {"email": address, "role": "viewer", "reach": "all"})
    assert (answer.status_code, "is a member of this workspace already" in answer.text) == (422, True)


def test_a_member_gets_another_role_and_brands(cast: Cast, admin: Client) -> None:
    path = _at(cast, f"members/{cast.viewer.user_id}/")
    assert admin.get(path).status_code == 200
    admin.post(path, {"role": "editor", "reach": "some", "brands": [str(cast.brand.id)]})
    row = next(row for row in members(cast.owner) if row.user_id == cast.viewer.user_id)
    assert (row.role, row.brand_ids) == ("editor", (cast.brand.id,))
    assert "First Brand" in admin.get(_at(cast, "members/")).text
    signed_in(cast.owner).post(path, {"role": "owner", "reach": "all"})
    row = next(row for row in members(cast.owner) if row.user_id == cast.viewer.user_id)
    assert (row.role, row.brand_ids) == ("owner", None)
    assert admin.get(path).status_code == 403, "only owners decide about owners"
    assert admin.get(_at(cast, f"members/{cast.outsider.user_id}/")).status_code == 404


def test_the_last_owner_stays_and_others_go(cast: Cast) -> None:
    owner, path = signed_in(cast.owner), f"members/{cast.owner.user_id}/"
    assert "last owner" in owner.post(_at(cast, f"{path}remove/"), follow=True).text
    assert "last owner" in owner.post(_at(cast, path), {"role": "admin", "reach": "all"}).text
    assert "was removed" in owner.post(_at(cast, f"members/{cast.viewer.user_id}/remove/"), follow=True).text
    editor = signed_in(cast.editor)
    assert editor.post(_at(cast, f"members/{cast.editor.user_id}/remove/"))["Location"] == "/"
    assert {row.user_id for row in members(cast.owner)} == {
        cast.owner.user_id, cast.admin.user_id, cast.approver.user_id
    }  # fmt: skip


BRAND = {
    "name": "Penny Wise", "description": "Money", "voice_notes": "Warm.", "default_hashtags": "#money, saving",
    "daily_post_limit": "5", "time_zone": "Asia/Kolkata", "niche_id": "", "new_niche": "Personal finance",
}  # fmt: skip


def test_a_brand_is_made_changed_and_two_at_once_are_told_apart(cast: Cast, admin: Client) -> None:
    assert "slots" in admin.post(_at(cast, "brands/new/"), BRAND)["Location"]
    brand = brand_by_slug(cast.owner, "penny-wise")
    assert (brand.default_hashtags, brand.daily_post_limit, brand.time_zone) == (["money", "saving"], 5, "Asia/Kolkata")
    assert brand.niche is not None
    path = _at(cast, f"brands/{brand.id}/")
    changed = BRAND | {"name": "Penny", "new_niche": "", "niche_id": str(brand.niche_id), "version": str(brand.version)}
    assert admin.post(path, changed).status_code == 302
    late = admin.post(path, changed | {"name": "Late"})
    assert (late.status_code, "changed meanwhile" in late.text, 'value="Late"' in late.text) == (422, True, True)
    again = admin.post(_at(cast, "brands/new/"), BRAND)
    assert (again.status_code, "a niche like this already" in again.text) == (422, True)
    many = admin.post(path, changed | {"version": "2", "default_hashtags": " ".join(f"tag{at}" for at in range(31))})
    assert (many.status_code, "up to 30" in many.text) == (422, True)


def test_a_brand_is_paused_resumed_and_put_out_of_use(cast: Cast, admin: Client) -> None:
    def turned(turn: str) -> str:
        admin.post(_at(cast, f"brands/{cast.brand.id}/{turn}/"), {"why": "A storm"})
        return one_brand(cast.owner, cast.brand.id).status

    assert [turned(turn) for turn in ("pause", "pause", "resume", "deactivate", "activate")] == [
        "paused", "paused", "active", "inactive", "active"
    ]  # fmt: skip
    assert admin.post(_at(cast, f"brands/{cast.brand.id}/dance/")).status_code == 404
    assert signed_in(cast.viewer).post(_at(cast, f"brands/{cast.brand.id}/pause/")).status_code == 403
    assert admin.get(_at(cast, f"brands/{cast.outside_brand.id}/")).status_code == 404


def test_slots_are_added_and_taken_for_the_brand_or_one_channel(cast: Cast, admin: Client) -> None:
    path, channel = _at(cast, f"slots/{cast.brand.id}/"), make_silent_channel(cast.owner, cast.brand)
    make_slots(cast.owner, cast.brand, (0, "18:00"))
    admin.post(path, {"on": "work", "at": "09:30"})
    admin.post(path, {"remove": "0 18:00"})
    there = [(one.weekday, one.local_time) for one in slots(cast.owner, cast.brand.id)]
    assert there == [(day, time(9, 30)) for day in range(5)]
    own = f"{path}?channel={channel.id}"
    assert "follows the brand’s" in admin.get(own).text
    assert admin.post(own, {"on": "6", "at": "11:00"})["Location"] == own
    assert [one.weekday for one in slots(cast.owner, cast.brand.id, channel_id=channel.id)] == [6]
    assert len(slots(cast.owner, cast.brand.id)) == 5
    for wrong in (
        {"on": "0", "at": "soon"},
        {"on": "9", "at": "09:00"},
        {"remove": "x"},
        {"on": "0", "at": "09:00:30"},
    ):
        assert admin.post(path, wrong).status_code == 422, wrong
    assert admin.get(f"{path}?channel={uuid4()}").status_code == 404
    assert admin.get(_at(cast, f"slots/{cast.outside_brand.id}/")).status_code == 404


def test_a_key_is_made_shown_once_and_revoked(cast: Cast, admin: Client) -> None:
    said = {"name": "Reports", "role": "viewer", "reach": "some", "brands": [str(cast.brand.id)]}
    said |= {"scopes": "posts.read", "ends_on": "2126-01-01"}
    answer = admin.post(_at(cast, "keys/"), said)
    raw = re.search(r"pr_\w{8}_[\w-]+", answer.text)
    assert raw is not None
    assert "no-store" in answer["Cache-Control"]
    actor = actor_of_key(raw[0], NOW)
    assert actor is not None
    assert (str(actor.role), actor.scopes, actor.brand_ids) == (
        "viewer",
        frozenset({"posts.read"}),
        frozenset({cast.brand.id}),
    )
    shown = admin.get(_at(cast, "keys/")).text
    assert ("Reports" in shown, "See posts" in shown, raw[0] in shown) == (True, True, False)
    (key,) = api_keys(cast.owner)
    admin.post(_at(cast, f"keys/{key.id}/revoke/"))
    assert api_keys(cast.owner) == []
    assert admin.post(_at(cast, f"keys/{key.id}/revoke/")).status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"role": "owner"}, {"ends_on": "2020-01-01"}, {"ends_on": "soon"}, {"scopes": "x"}]
)
def test_a_wrong_key_is_not_made(cast: Cast, admin: Client, wrong: dict[str, str]) -> None:
    answer = admin.post(_at(cast, "keys/"), {"name": "Typed", "role": "viewer", "reach": "all"} | wrong)
    assert (answer.status_code, "field-error" in answer.text) == (422, True)
    assert api_keys(cast.owner) == []


def test_an_app_is_stored_and_its_secret_never_shown(cast: Cast, admin: Client) -> None:
    shown = admin.get(_at(cast, "apps/")).text
    assert "/channels/return" in shown
    network = re.search(r'name="network" value="(\w+)"', shown)
    assert network is not None
    name = network[1]
    said = {"network": name, f"{name}-client_id": "abc", f"{name}-client_secret": "hush-hush", f"{name}-server": ""}
    answer = admin.post(_at(cast, "apps/"), said, follow=True)
    assert ("abc" in answer.text, "hush-hush" in answer.text) == (True, False)
    (row,) = network_apps(cast.owner)
    wrong = admin.post(_at(cast, "apps/"), said | {f"{name}-client_secret": ""})
    assert (wrong.status_code, "field-error" in wrong.text) == (422, True)
    admin.post(_at(cast, f"apps/{row.id}/remove/"))
    assert network_apps(cast.owner) == []
    assert admin.post(_at(cast, f"apps/{row.id}/remove/")).status_code == 404
