"""Channels, networks and our registrations there through the API."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from postroom.networks import registry
from postroom.publishing.timing import At
from tests.api.conftest import Caller
from tests.channels.toy import SECRETS, Toy
from tests.make.posts import make_post
from tests.make.workspaces import Cast


@pytest.fixture
def toy() -> Iterator[Toy]:
    made = Toy()
    registry.add(made.network())
    yield made
    registry._added.pop("toy")


@pytest.fixture
def body(cast: Cast, toy: Toy) -> dict[str, object]:
    fields = {"handle": "ada", "password": "hush-password"}
    return {"network": "toy", "way": "password", "brand_id": cast.brand.id, "fields": fields}


@pytest.fixture
def channel(owner: Caller, body: dict[str, object]) -> dict[str, object]:
    status, made, _ = owner.call("POST", "/channels/connect", body)
    assert status == 201, made
    return dict(made)


def test_networks_tell_what_they_can_and_ask(cast: Cast, viewer: Caller, toy: Toy) -> None:
    _, found, _ = viewer.call("GET", "/networks")
    assert {"bluesky", "mastodon", "sandbox", "toy"} <= {row["name"] for row in found["items"]}
    _, one, _ = viewer.call("GET", "/networks/bluesky")
    assert next(row["amount"] for row in one["limits"] if row["what"] == "text.max") == 300
    way = next(way for way in one["ways"] if not way["redirects"])
    assert (bool(way["explains"]), [ask["secret"] for ask in way["asks"] if ask["name"] == "password"]) == (
        True,
        [True],
    )
    assert viewer.call("GET", "/networks/nowhere")[1]["errors"][0]["field"] == "network"


def test_a_channel_is_connected_once_for_a_repeated_request(
    cast: Cast, toy: Toy, owner: Caller, body: dict[str, object]
) -> None:
    key = {"Idempotency-Key": "connect"}
    status, made, answer = owner.call("POST", "/channels/connect", body, key)
    assert (status, made["username"], made["status"]) == (201, "ada", "active")
    assert not any(secret in str(made) for secret in SECRETS)
    assert answer["Location"] == f"/api/v1/channels/{made['id']}"
    status, again, answer = owner.call("POST", "/channels/connect", body, key)
    assert (status, again["id"], answer["Idempotent-Replayed"]) == (201, made["id"], "true")
    assert len(owner.call("GET", "/channels")[1]["items"]) == 1


def test_through_the_networks_pages(cast: Cast, toy: Toy, owner: Caller) -> None:
    way = next(way.name for way in registry.get("toy").connecting.ways if way.begin)
    wanted = {"network": "toy", "way": way, "brand_id": cast.brand.id, "fields": {}}
    status, begun, _ = owner.call("POST", "/channels/connections", wanted)
    assert status == 201, begun
    params = dict(parse_qsl(urlsplit(begun["url"]).query)) | {"code": "1"}
    status, made, _ = owner.call("POST", "/channels/connections/finish", {"params": params})
    assert (status, made["username"]) == (201, toy.who.username)
    assert owner.call("POST", "/channels/connections/finish", {"params": params})[0] == 404
    status, begun, _ = owner.call("POST", f"/channels/{made['id']}/reconnect", {"way": way})
    assert (status, "state=" in begun["url"]) == (201, True)


def test_labels_are_edited_by_etag(cast: Cast, owner: Caller, channel: dict[str, object]) -> None:
    path = f"/channels/{channel['id']}"
    status, edited, answer = owner.call("PATCH", path, {"city": "Berlin", "tags": ["#a"]}, {"If-Match": '"1"'})
    assert (status, edited["city"], edited["tags"], answer["ETag"]) == (200, "Berlin", ["a"], '"2"')
    assert owner.call("PATCH", path, {"city": "Bonn"}, {"If-Match": '"1"'})[0] == 409
    assert owner.call("PATCH", path, {"username": "x"})[1]["errors"][0]["field"] == "username"


def test_the_life_of_a_channel(cast: Cast, toy: Toy, owner: Caller, channel: dict[str, object]) -> None:
    path = f"/channels/{channel['id']}"
    assert owner.call("POST", f"{path}/pause", {"why": "Holiday"})[1]["paused_why"] == "Holiday"
    assert owner.call("POST", f"{path}/pause", {})[0] == 409
    assert owner.call("POST", f"{path}/resume", {})[1]["paused_at"] is None
    assert owner.call("POST", f"{path}/check")[1]["health"] == "healthy"
    assert owner.call("POST", f"{path}/lifecycle", {"to": "ready", "why": "Done"})[1]["lifecycle"] == "ready"
    assert owner.call("POST", f"{path}/lifecycle", {"to": "connected"})[1]["code"] == "no_such_step"
    assert owner.call("POST", f"{path}/lifecycle", {"to": "mars"})[1]["errors"][0]["field"] == "to"
    history = owner.call("GET", f"{path}/history?limit=1")[1]
    assert (history["items"][0]["to_state"], history["items"][0]["reason"]) == ("ready", "Done")
    again = {"way": "password", "fields": {"handle": "ada", "password": "hush-password"}}
    assert owner.call("POST", f"{path}/reconnect", again)[0] == 200


def test_disconnecting_says_how_many_wait(cast: Cast, toy: Toy, owner: Caller, channel: dict[str, object]) -> None:
    from postroom.channels.models import Channel
    from postroom.workspaces.actors import acting

    with acting(cast.owner):
        row = Channel.objects.get(id=str(channel["id"]))
    make_post(cast.owner, cast.brand, row, when=At(datetime.now(UTC) + timedelta(days=1)), now=datetime.now(UTC))
    status, gone, _ = owner.call("POST", f"/channels/{channel['id']}/disconnect", {"why": "Sold"})
    assert (status, gone["revoked_there"], gone["waiting_publications"]) == (200, True, 1)
    assert gone["channel"]["status"] == "revoked"
    assert owner.call("GET", "/channels")[1]["items"] == []
    assert len(owner.call("GET", "/channels?gone=true&network=toy")[1]["items"]) == 1


def test_a_networks_no_is_a_problem_without_secrets(
    cast: Cast, toy: Toy, owner: Caller, body: dict[str, object]
) -> None:
    wrong = body | {"fields": {"handle": "ada", "password": "hush-wrong"}}
    status, problem, _ = owner.call("POST", "/channels/connect", wrong)
    assert (status, problem["code"], "hush" in str(problem)) == (400, "network_refused", False)
    assert owner.call("POST", "/channels/connect", body | {"way": "x"})[1]["errors"][0]["field"] == "way"
    assert owner.call("POST", "/channels/connect", body | {"fields": {}})[1]["errors"][0]["field"] == "handle"


def test_registrations_are_never_shown_back(cast: Cast, toy: Toy, owner: Caller, viewer: Caller) -> None:
    app = {"client_id": "public", "client_secret": "hush-app-secret"}
    status, made, _ = owner.call("PUT", "/networks/toy/app", app)
    assert (status, made["client_id"], "hush" in str(made)) == (201, "public", False)
    listed = owner.call("GET", "/network-apps")[1]
    assert (len(listed["items"]), "hush" in str(listed)) == (1, False)
    assert viewer.call("GET", "/network-apps")[0] == 403
    assert owner.call("DELETE", f"/network-apps/{made['id']}")[0] == 204
    assert owner.call("PUT", "/networks/toy/app", app | {"client_id": ""})[1]["errors"][0]["field"] == "client_id"


def test_roles(cast: Cast, viewer: Caller, body: dict[str, object], channel: dict[str, object]) -> None:
    assert viewer.call("GET", f"/channels/{channel['id']}")[0] == 200
    assert viewer.call("POST", "/channels/connect", body)[0] == 403
    for what in ("pause", "disconnect"):
        assert viewer.call("POST", f"/channels/{channel['id']}/{what}", {})[0] == 403
    assert viewer.call("PATCH", f"/channels/{channel['id']}", {"city": "x"})[0] == 403


def test_the_outsider_finds_nothing(
    toy: Toy, owner: Caller, outsider: Caller, body: dict[str, object], channel: dict[str, object]
) -> None:
    app = owner.call("PUT", "/networks/toy/app", {"client_id": "p", "client_secret": "s"})[1]["id"]
    path = f"/channels/{channel['id']}"
    assert outsider.call("GET", "/channels?gone=true")[1]["items"] == []
    assert outsider.call("GET", "/network-apps")[1]["items"] == []
    again = {"way": "password", "fields": {"handle": "ada", "password": "hush-password"}}
    for method, where, given in (
        ("GET", path, None), ("PATCH", path, {"city": "x"}), ("POST", f"{path}/reconnect", again),
        ("POST", f"{path}/disconnect", {}), ("POST", f"{path}/pause", {}), ("POST", f"{path}/resume", {}),
        ("POST", f"{path}/check", None), ("POST", f"{path}/lifecycle", {"to": "ready"}),
        ("GET", f"{path}/history", None),
        ("POST", "/channels/connect", body), ("DELETE", f"/network-apps/{app}", None),
    ):  # fmt: skip
        assert outsider.call(method, where, given)[0] == 404, where
    assert toy.revoked == []
