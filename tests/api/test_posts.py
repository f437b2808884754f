"""Posts and publications through the API."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client

from postroom.channels.models import Channel
from postroom.posts.models import Post
from postroom.workspaces.actors import acting
from postroom.workspaces.models import Role
from tests.api.conftest import Caller, make_caller
from tests.make.posts import make_silent_channel, nobody
from tests.make.workspaces import Cast


@pytest.fixture
def channel(cast: Cast) -> Channel:
    return make_silent_channel(cast.owner, cast.brand)


def _body(cast: Cast, channel: Channel, **more: object) -> dict[str, object]:
    return {"brand_id": cast.brand.id, "text": "Hello", "channels": [{"channel_id": channel.id}], **more}


def test_from_writing_to_scheduled_to_cancelled(cast: Cast, channel: Channel, owner: Caller) -> None:
    status, post, answer = owner.call("POST", "/posts", _body(cast, channel))
    assert (status, post["status"], post["problems"]) == (201, "draft", [])
    path = answer["Location"].removeprefix("/api/v1")
    status, post, _ = owner.call("POST", f"{path}/schedule", {"when": "2027-01-04T09:00"})
    assert (status, post["status"]) == (200, "scheduled")
    one = post["publications"][0]
    assert one["scheduled_for"] == "2027-01-04T09:00:00+00:00"
    status, moved, _ = owner.call("POST", f"/publications/{one['id']}/reschedule", {"when": "2027-01-05T09:00Z"})
    assert moved["scheduled_for"] == "2027-01-05T09:00:00+00:00"
    assert [row["to"] for row in moved["history"]] == ["scheduled"]
    status, post, _ = owner.call("POST", f"{path}/cancel")
    assert (status, post["status"]) == (200, "cancelled")
    assert owner.call("DELETE", path)[0] == 204
    assert owner.call("GET", path)[0] == 404


def test_lists_are_cursor_pages(cast: Cast, channel: Channel, owner: Caller) -> None:
    for number in range(3):
        owner.call("POST", "/posts", _body(cast, channel, text=f"Post {number}"))
    _, first, _ = owner.call("GET", "/posts?limit=2")
    _, second, _ = owner.call("GET", f"/posts?limit=2&after={first['next']}")
    assert [row["text"] for row in first["items"] + second["items"]] == ["Post 2", "Post 1", "Post 0"]
    assert second["next"] is None
    assert owner.call("GET", f"/posts?channel_id={channel.id}&status=draft")[1]["items"][0]["text"] == "Post 2"
    assert owner.call("GET", "/posts?after=nonsense!")[1]["code"] == "bad_input"
    assert owner.call("GET", "/posts?limit=1000")[1]["errors"][0]["field"] == "limit"
    assert owner.call("GET", "/posts?colour=red")[0] == 422


def test_edits_compare_the_etag(cast: Cast, channel: Channel, owner: Caller) -> None:
    _, post, answer = owner.call("POST", "/posts", _body(cast, channel))
    path, etag = f"/posts/{post['id']}", answer["ETag"]
    status, edited, answer = owner.call("PUT", path, {"text": "New"}, {"If-Match": etag})
    assert (status, edited["text"], answer["ETag"]) == (200, "New", '"2"')
    status, problem, answer = owner.call("PUT", path, {"text": "Newer"}, {"If-Match": etag})
    assert (status, problem["code"], answer["Content-Type"]) == (409, "conflict", "application/problem+json")
    assert owner.call("PUT", path, {"text": "x"}, {"If-Match": "yesterday"})[0] == 422


def test_what_does_not_fit_is_a_problem_with_its_fields(cast: Cast, channel: Channel, owner: Caller) -> None:
    status, problem, _ = owner.call("POST", "/posts", _body(cast, channel, text="x" * 301, when="now"))
    assert (status, problem["code"]) == (400, "does_not_fit")
    assert (problem["problems"][0]["where"], problem["problems"][0]["allowed"]) == ("text", 300)
    _, post, _ = owner.call("POST", "/posts", _body(cast, channel, text="x" * 301))
    assert post["problems"][0]["code"] == "text.max"
    assert owner.call("GET", f"/posts/{post['id']}/check")[1]["problems"][0]["code"] == "text.max"


def test_a_repeat_with_the_same_key_changes_nothing(cast: Cast, channel: Channel, owner: Caller) -> None:
    key = {"Idempotency-Key": "one"}
    _, first, _ = owner.call("POST", "/posts", _body(cast, channel), key)
    status, second, answer = owner.call("POST", "/posts", _body(cast, channel), key)
    assert (status, second["id"], answer["Idempotent-Replayed"]) == (201, first["id"], "true")
    status, problem, _ = owner.call("POST", "/posts", _body(cast, channel, text="Other"), key)
    assert (status, problem["code"]) == (422, "key_reused")
    with acting(cast.owner):
        assert Post.objects.count() == 1


def test_a_failed_write_does_not_use_its_key_up(cast: Cast, channel: Channel, owner: Caller) -> None:
    key = {"Idempotency-Key": "two"}
    assert owner.call("POST", "/posts", _body(cast, channel, text="x" * 400, when="now"), key)[0] == 400
    with acting(cast.owner):
        assert not Post.objects.exists()
    assert owner.call("POST", "/posts", _body(cast, channel), key)[0] == 201


def test_simultaneous_repeats_write_once(cast: Cast, channel: Channel, owner: Caller) -> None:
    def write(_: int) -> str:
        try:
            return str(owner.call("POST", "/posts", _body(cast, channel), {"Idempotency-Key": "three"})[1]["id"])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(write, range(6)))) == 1
    with acting(cast.owner):
        assert Post.objects.count() == 1


def test_keys_and_roles_are_obeyed(cast: Cast, channel: Channel, owner: Caller, viewer: Caller) -> None:
    assert viewer.call("GET", "/posts")[0] == 200
    assert viewer.call("POST", "/posts", _body(cast, channel))[1]["code"] == "not_allowed"
    narrow = make_caller(cast.owner, Role.OWNER, scopes=["posts.read"])
    assert narrow.call("POST", "/posts", _body(cast, channel))[0] == 403
    answer = Client().get("/api/v1/posts")
    assert (answer.status_code, answer.json()["code"]) == (401, "no_key")
    assert "Bearer" in answer["WWW-Authenticate"]
    assert Caller("pr_wrong_key").call("GET", "/posts")[0] == 401


def test_bad_bodies_name_the_field(cast: Cast, channel: Channel, owner: Caller) -> None:
    assert owner.call("POST", "/posts", {"text": "x"})[1]["errors"][0]["field"] == "brand_id"
    assert owner.call("POST", "/posts", _body(cast, channel, colour="red"))[1]["errors"][0]["field"] == "colour"
    assert owner.call("POST", "/posts", _body(cast, channel, when="soonish"))[1]["errors"][0]["field"] == "when"
    assert owner.call("GET", f"/posts/{nobody()}")[1]["code"] == "not_found"


def test_settling_and_retrying_speak_plainly(cast: Cast, channel: Channel, owner: Caller) -> None:
    _, post, _ = owner.call("POST", "/posts", _body(cast, channel))
    path = f"/publications/{post['publications'][0]['id']}"
    assert owner.call("POST", f"{path}/settle", {"is_there": False})[1]["code"] == "too_late"
    assert owner.call("POST", f"{path}/retry")[1]["code"] == "too_late"
    assert owner.call("POST", f"{path}/settle", {"is_there": True, "url": "x"})[1]["errors"][0]["field"] == "url"
    assert owner.call("POST", f"{path}/cancel")[1]["status"] == "cancelled"


def test_the_outsider_is_told_that_nothing_is_there(
    cast: Cast, channel: Channel, owner: Caller, outsider: Caller
) -> None:
    _, post, _ = owner.call("POST", "/posts", _body(cast, channel))
    path, one = f"/posts/{post['id']}", f"/publications/{post['publications'][0]['id']}"
    assert outsider.call("GET", "/posts")[1] == {"items": [], "next": None}
    calls: list[tuple[str, str, object]] = [
        ("GET", path, None), ("PUT", path, {"text": "x"}), ("DELETE", path, None),
        ("PUT", f"{path}/channels", {"channels": []}), ("GET", f"{path}/check", None),
        ("POST", f"{path}/schedule", {"when": "now"}), ("POST", f"{path}/unschedule", None),
        ("POST", f"{path}/cancel", None), ("GET", one, None), ("PUT", one, {"channel_id": channel.id}),
        ("POST", f"{one}/reschedule", {"when": "now"}), ("POST", f"{one}/cancel", None), ("POST", f"{one}/retry", None),
        ("POST", f"{one}/settle", {"is_there": False}), ("POST", "/posts", _body(cast, channel)),
    ]  # fmt: skip
    for method, where, body in calls:
        assert outsider.call(method, where, body)[0] == 404, (method, where)


def test_the_description_is_served(db: object) -> None:
    described = Client().get("/api/v1/openapi.json").json()
    assert "/api/v1/posts/{post_id}/schedule" in described["paths"]
    assert Client().get("/api/v1/health").json() == {"status": "ok"}
    edit = described["paths"]["/api/v1/posts/{post_id}"]["put"]
    assert {"Idempotency-Key", "If-Match"} <= {one["name"] for one in edit["parameters"]}
    assert "application/problem+json" in edit["responses"]["default"]["content"]


def test_the_page_for_people_asks_nobody_else(db: None) -> None:
    page = Client().get("/api/v1/docs").text
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses
    assert all(one.startswith(("/static/", "data:")) for one in addresses), addresses
    assert Client().get(addresses[0]).getvalue()
