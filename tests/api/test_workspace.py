"""The workspace, its members, invitations and keys through the API."""

from django.test import Client

from postroom.workspaces.actors import acting
from postroom.workspaces.models import RepeatableRequest
from tests.api.conftest import Caller, make_caller
from tests.make.workspaces import Cast


def test_a_workspace_is_shown_edited_held_and_released(cast: Cast, owner: Caller) -> None:
    _, shown, _ = owner.call("GET", "/workspace")
    assert shown["id"] == str(cast.workspace.id)
    status, edited, _ = owner.call("PATCH", "/workspace", {"name": "New", "settings": {"missed_after_hours": 4}})
    assert (status, edited["name"], edited["settings"]) == (200, "New", {"missed_after_hours": 4})
    assert owner.call("PATCH", "/workspace", {"time_zone": "Mars"})[1]["errors"][0]["field"] == "time_zone"
    assert owner.call("PATCH", "/workspace", {"settings": {"colour": 1}})[1]["errors"][0]["field"] == "colour"
    assert owner.call("POST", "/workspace/pause", {"why": "Crisis"})[1]["paused_why"] == "Crisis"
    assert owner.call("POST", "/workspace/resume", {})[1]["paused_at"] is None
    assert owner.call("POST", "/workspace/resume", {})[0] == 409


def test_members_are_listed_page_by_page(cast: Cast, owner: Caller) -> None:
    _, first, _ = owner.call("GET", "/members?limit=3")
    _, second, _ = owner.call("GET", f"/members?limit=3&after={first['next']}")
    rows = first["items"] + second["items"]
    assert second["next"] is None
    assert {row["user_id"] for row in rows} == {str(one.user_id) for one in cast.everybody().values()}


def test_roles_limits_and_leaving(cast: Cast, owner: Caller) -> None:
    path = f"/members/{cast.editor.user_id}"
    assert owner.call("PUT", f"{path}/role", {"role": "viewer"})[1]["role"] == "viewer"
    limited = owner.call("PUT", f"{path}/brands", {"brand_ids": [cast.brand.id]})[1]
    assert limited["brand_ids"] == [str(cast.brand.id)]
    assert owner.call("PUT", f"{path}/role", {"role": "king"})[1]["errors"][0]["field"] == "role"
    assert owner.call("DELETE", path)[0] == 204
    assert owner.call("DELETE", f"/members/{cast.owner.user_id}")[1]["code"] == "last_owner"


def test_an_invitations_secret_is_shown_once(cast: Cast, owner: Caller) -> None:
    key = {"Idempotency-Key": "invite"}
    body = {"email": "new@example.org", "role": "editor"}
    status, made, _ = owner.call("POST", "/invitations", body, key)
    assert (status, len(made["secret"]) > 30) == (201, True)
    assert owner.call("POST", "/invitations", body, key)[1] == made | {"secret": ""}
    assert [row["email"] for row in owner.call("GET", "/invitations")[1]["items"]] == ["new@example.org"]
    assert owner.call("DELETE", f"/invitations/{made['id']}")[0] == 204
    assert owner.call("GET", "/invitations")[1]["items"] == []
    assert owner.call("POST", "/invitations", {"email": "no", "role": "editor"})[1]["errors"][0]["field"] == "email"


def test_a_keys_text_is_shown_once_and_kept_nowhere(cast: Cast, owner: Caller) -> None:
    key = {"Idempotency-Key": "key"}
    status, made, answer = owner.call("POST", "/keys", {"name": "Robot", "role": "viewer"}, key)
    assert (status, answer["Location"]) == (201, f"/api/v1/keys/{made['id']}")
    assert Caller(made["key"]).call("GET", "/posts")[0] == 200
    assert owner.call("POST", "/keys", {"name": "Robot", "role": "viewer"}, key)[1] == made | {"key": ""}
    with acting(cast.owner):
        assert all(made["key"].encode() not in bytes(row.body) for row in RepeatableRequest.objects.all())
    assert made["key"] not in str(owner.call("GET", "/keys")[1])
    assert owner.call("DELETE", f"/keys/{made['id']}")[0] == 204
    assert Caller(made["key"]).call("GET", "/posts")[0] == 401
    assert owner.call("POST", "/keys", {"name": "x", "scopes": ["all"]})[1]["errors"][0]["field"] == "scopes.0"


def test_a_key_gives_away_no_more_than_it_has(cast: Cast, viewer: Caller) -> None:
    admin = make_caller(cast.admin, cast.admin.role)
    assert admin.call("POST", "/keys", {"name": "x", "role": "owner"})[0] == 403
    for method, path, body in (
        ("GET", "/keys", None), ("POST", "/keys", {"name": "x"}), ("PATCH", "/workspace", {"name": "x"}),
        ("POST", "/workspace/pause", {}), ("GET", "/invitations", None), ("GET", "/members", None),
    ):  # fmt: skip
        assert viewer.call(method, path, body)[0] == 403, path


def test_the_outsider_sees_another_workspace(cast: Cast, owner: Caller, outsider: Caller) -> None:
    assert outsider.call("GET", "/workspace")[1]["id"] == str(cast.outside_workspace.id)
    made = owner.call("POST", "/keys", {"name": "x"})[1]["id"]
    invited = owner.call("POST", "/invitations", {"email": "new@example.org", "role": "editor"})[1]["id"]
    member = cast.editor.user_id
    for method, path, body in (
        ("DELETE", f"/keys/{made}", None), ("DELETE", f"/invitations/{invited}", None),
        ("DELETE", f"/members/{member}", None),
        ("PUT", f"/members/{member}/role", {"role": "viewer"}),
        ("PUT", f"/members/{member}/brands", {"brand_ids": None}),
    ):  # fmt: skip
        assert outsider.call(method, path, body)[0] == 404, path


def test_nothing_without_a_key(db: None) -> None:
    described = Client().get("/api/v1/openapi.json").json()["paths"]
    for path, methods in described.items():
        for method in methods:
            if path != "/api/v1/health":
                some = path.replace("{network}", "bluesky")
                while "{" in some:
                    some = f"{some[: some.index('{')]}0199a1b2-c3d4-7000-8000-000000000000{some[some.index('}') + 1 :]}"
                assert Client().generic(method.upper(), some).status_code == 401, path
