"""Brands, slots and niches through the API."""

from tests.api.conftest import Caller, make_caller
from tests.make.posts import nobody
from tests.make.workspaces import Cast


def test_a_brand_is_made_edited_held_and_put_out_of_use(cast: Cast, owner: Caller) -> None:
    status, made, answer = owner.call("POST", "/brands", {"name": "Daily Post", "time_zone": "Europe/Berlin"})
    assert (status, made["slug"], made["time_zone"], answer["ETag"]) == (201, "daily-post", "Europe/Berlin", '"1"')
    path = answer["Location"].removeprefix("/api/v1")
    status, edited, answer = owner.call("PATCH", path, {"voice_notes": "Short"}, {"If-Match": '"1"'})
    assert (status, edited["voice_notes"], edited["name"], answer["ETag"]) == (200, "Short", "Daily Post", '"2"')
    assert owner.call("PATCH", path, {"name": "x"}, {"If-Match": '"1"'})[1]["code"] == "conflict"
    assert owner.call("POST", f"{path}/pause", {"why": "Crisis"})[1]["status"] == "paused"
    assert owner.call("POST", f"{path}/resume", {})[1]["status"] == "active"
    assert owner.call("POST", f"{path}/resume", {})[0] == 409
    assert owner.call("POST", f"{path}/deactivate", {})[1]["status"] == "inactive"
    assert owner.call("POST", f"{path}/activate", {})[1]["status"] == "active"
    assert owner.call("GET", path)[1]["version"] == 6


def test_brands_are_pages(cast: Cast, owner: Caller) -> None:
    _, first, _ = owner.call("GET", "/brands?limit=1")
    _, second, _ = owner.call("GET", f"/brands?limit=1&after={first['next']}")
    names = [row["name"] for row in first["items"] + second["items"]]
    assert (names, second["next"]) == (["First Brand", "Other Brand"], None)
    assert owner.call("GET", "/brands?status=paused")[1]["items"] == []
    assert owner.call("GET", "/brands?colour=red")[1]["errors"][0]["field"] == "colour"


def test_slots_are_put_whole(cast: Cast, owner: Caller) -> None:
    path = f"/brands/{cast.brand.id}/slots"
    times = [{"weekday": 4, "local_time": "18:00"}, {"weekday": 0, "local_time": "09:30"}]
    _, made, _ = owner.call("PUT", path, {"times": times})
    assert made == {"times": [{"weekday": 0, "local_time": "09:30:00"}, {"weekday": 4, "local_time": "18:00:00"}]}
    assert owner.call("GET", path)[1] == made
    assert owner.call("GET", f"{path}?channel_id={nobody()}")[1] == {"times": []}
    bad = owner.call("PUT", path, {"times": [{"weekday": 9, "local_time": "09:30"}]})
    assert (bad[0], bad[1]["errors"][0]["field"]) == (422, "weekday")


def test_niches(cast: Cast, owner: Caller) -> None:
    status, made, _ = owner.call("POST", "/niches", {"name": "True crime"})
    assert (status, made["slug"]) == (201, "true-crime")
    assert owner.call("PATCH", f"/niches/{made['id']}", {"tier": 3})[1]["tier"] == 3
    assert owner.call("POST", "/niches", {"name": "True crime"})[1]["code"] == "already_there"
    assert [row["name"] for row in owner.call("GET", "/niches")[1]["items"]] == ["True crime"]
    edited = owner.call("PATCH", f"/brands/{cast.brand.id}", {"niche_id": made["id"]})
    assert edited[1]["niche_id"] == made["id"]
    assert owner.call("PATCH", f"/brands/{cast.brand.id}", {"niche_id": nobody()})[0] == 404


def test_bad_brands_name_the_field(cast: Cast, owner: Caller) -> None:
    for body, field in (
        ({}, "name"), ({"name": ""}, "name"), ({"name": "x", "slug": "No Slug"}, "slug"), ({"name": None}, "name"),
        ({"name": "x", "daily_post_limit": 0}, "daily_post_limit"), ({"name": "x", "colour": "red"}, "colour"),
        ({"name": "x", "time_zone": "Mars"}, "time_zone"), ({"name": "a\x00b"}, "name"),
    ):  # fmt: skip
        status, problem, _ = owner.call("POST", "/brands", body)
        assert (status, problem["errors"][0]["field"]) == (422, field), body


def test_roles_and_brand_limits(cast: Cast, owner: Caller, viewer: Caller) -> None:
    assert viewer.call("GET", "/brands")[0] == 200
    assert viewer.call("POST", "/brands", {"name": "x"})[0] == 403
    narrow = make_caller(cast.owner, brand_ids=[cast.brand.id])
    assert [row["id"] for row in narrow.call("GET", "/brands")[1]["items"]] == [str(cast.brand.id)]
    assert narrow.call("GET", f"/brands/{cast.other_brand.id}")[0] == 404
    assert narrow.call("POST", "/brands", {"name": "x"})[0] == 403


def test_the_outsider_finds_nothing(cast: Cast, owner: Caller, outsider: Caller) -> None:
    niche = owner.call("POST", "/niches", {"name": "True crime"})[1]["id"]
    path = f"/brands/{cast.brand.id}"
    assert [row["id"] for row in outsider.call("GET", "/brands")[1]["items"]] == [str(cast.outside_brand.id)]
    assert outsider.call("GET", "/niches")[1]["items"] == []
    for method, where, body in (
        ("GET", path, None), ("PATCH", path, {"name": "x"}), ("POST", f"{path}/pause", {}),
        ("POST", f"{path}/resume", {}), ("POST", f"{path}/activate", {}), ("POST", f"{path}/deactivate", {}),
        ("GET", f"{path}/slots", None),
        ("PUT", f"{path}/slots", {"times": []}), ("PATCH", f"/niches/{niche}", {"tier": 2}),
    ):  # fmt: skip
        assert outsider.call(method, where, body)[0] == 404, where
