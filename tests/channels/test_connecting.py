from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from postroom.channels import queries
from postroom.channels.arriving import ConnectedElsewhere, DifferentAccount
from postroom.channels.connecting import (
    actor_who_began,
    begin_connection,
    connect_directly,
    finish_connection,
    forget_late_connections,
)
from postroom.channels.credentials import open_tokens
from postroom.channels.disconnecting import disconnect_channel
from postroom.channels.lines import NetworkTrouble
from postroom.channels.models import Channel, Credential, NetworkApp, PendingConnection
from postroom.channels.registering import AppMissing, remove_network_app, set_network_app
from postroom.networks.shape import App
from postroom.networks.verdicts import Rejected, Retry
from postroom.workspaces.actors import Actor, seeing
from postroom.workspaces.errors import BadInput, NotAllowed, NotFound
from postroom.workspaces.keys import actor_of_key, create_api_key, revoke_api_key
from tests.channels.toy import SECRETS, Toy
from tests.make.workspaces import NOW, Cast

BACK = "https://postroom.example/connect/return"
Connect = Callable[..., Channel]


def begin(cast: Cast, actor: Actor | None = None, **wanted: Any) -> dict[str, str]:
    """Begin a connection and answer what the network would send back."""
    given = {"brand_id": cast.brand.id, "network": "toy", "way": "pages", "redirect_uri": BACK, "now": NOW, **wanted}
    begun = begin_connection(actor=actor or cast.owner, **given)
    state = parse_qs(urlsplit(begun.authorize_url).query)["state"][0]
    return {"state": state, "code": "a-code"}


def test_an_account_is_connected_through_the_networks_pages(cast: Cast, toy: Toy) -> None:
    params = begin(cast)
    channel = finish_connection(actor=cast.owner, params=params, now=NOW)
    assert (channel.status, channel.health, channel.lifecycle) == ("active", "healthy", "connected")
    assert (channel.username, channel.followers, channel.learned) == ("ada", 5, {"text.max": 700})
    assert channel.server == "https://toy.example"
    with seeing(cast.owner):
        kept = Credential.objects.get(channel=channel)
    opened = open_tokens(kept.key_id, bytes(kept.sealed), workspace_id=channel.workspace_id, channel_id=channel.id)
    assert opened.access == "hush-access-1"
    assert toy.apps == [App("app-1", "hush-client", {"more": "hush-client-more"})] * 2


def test_a_connection_can_be_finished_once_in_time_and_by_who_began_it(cast: Cast, toy: Toy) -> None:
    params = begin(cast)
    with pytest.raises(NotFound):
        finish_connection(actor=cast.admin, params=params, now=NOW)
    with pytest.raises(NotFound):
        finish_connection(actor=cast.owner, params=params, now=NOW + timedelta(hours=2))
    finish_connection(actor=cast.owner, params=params, now=NOW)
    with pytest.raises(NotFound):
        finish_connection(actor=cast.owner, params=params, now=NOW)


def test_a_refusal_by_the_owner_is_told_and_ends_the_attempt(cast: Cast, toy: Toy) -> None:
    params = begin(cast)
    with pytest.raises(NetworkTrouble, match="access_denied"):
        finish_connection(actor=cast.owner, params={"state": params["state"], "error": "access_denied"}, now=NOW)
    with pytest.raises(NotFound):
        finish_connection(actor=cast.owner, params=params, now=NOW)


def test_whoever_waits_elsewhere_learns_why_only_that_one_came_to_nothing(cast: Cast, toy: Toy) -> None:
    wanted: dict[str, Any] = {
        "actor": cast.owner,
        "network": "toy",
        "way": "pages",
        "brand_id": cast.brand.id,
        "redirect_uri": BACK,
    }
    refused, still_open = (begin_connection(**wanted, now=NOW) for _ in range(2))
    state = parse_qs(urlsplit(refused.authorize_url).query)["state"][0]
    with pytest.raises(NetworkTrouble):
        finish_connection(actor=cast.owner, params={"state": state, "error": "access_denied"}, now=NOW)
    assert queries.why_refused(cast.owner, refused.id) == "access_denied"
    assert queries.why_refused(cast.owner, still_open.id) is None
    assert queries.why_refused(cast.outsider, refused.id) is None
    with pytest.raises(NotAllowed):
        queries.why_refused(cast.viewer, refused.id)


def test_the_door_learns_from_the_state_who_began(cast: Cast, toy: Toy) -> None:
    assert actor_who_began(begin(cast)["state"], now=NOW) == cast.owner
    key = create_api_key(actor=cast.admin, name="robot", now=NOW)
    robot = actor_of_key(key.raw, NOW)
    assert robot
    state = begin(cast, robot)["state"]
    assert actor_who_began(state, now=NOW) == robot
    revoke_api_key(actor=cast.admin, key_id=key.key.id, now=NOW)
    with pytest.raises(NotFound):
        actor_who_began(state, now=NOW)
    machine = Actor.system(cast.workspace.id)
    params = begin(cast, machine)
    assert finish_connection(actor=actor_who_began(params["state"], now=NOW), params=params, now=NOW).username == "ada"
    for state, now in [("nonsense", NOW), (begin(cast)["state"], NOW + timedelta(hours=2))]:
        with pytest.raises(NotFound):
            actor_who_began(state, now=now)


def test_an_account_is_connected_by_an_app_password(connect: Connect, cast: Cast) -> None:
    channel = connect()
    assert channel.username == "ada"
    assert [row.id for row in queries.channels(cast.viewer)] == [channel.id]


def test_we_register_at_a_server_once_and_anew_for_another_return_address(cast: Cast, toy: Toy) -> None:
    begin(cast)
    begin(cast)
    assert toy.registered == 1
    begin(cast, redirect_uri="https://moved.example/connect/return")
    assert toy.registered == 2
    begin(cast, fields={"server": "https://other.example"})
    assert toy.registered == 3


def test_an_app_is_entered_where_the_network_wants_one(cast: Cast, toy: Toy) -> None:
    with pytest.raises(AppMissing):
        begin(cast, way="app")
    made = set_network_app(actor=cast.owner, network="toy", client_id="id", client_secret="hush-client", now=NOW)
    begin(cast, way="app")
    assert toy.apps == [App("id", "hush-client", {})]
    assert [row.client_id for row in queries.network_apps(cast.owner)] == ["id"]
    remove_network_app(actor=cast.owner, app_id=made.id, now=NOW)
    with pytest.raises(AppMissing):
        begin(cast, way="app")


def test_connecting_the_same_account_again_renews_its_key(connect: Connect, cast: Cast) -> None:
    first = connect()
    again = connect()
    assert again.id == first.id
    with seeing(cast.owner):
        assert Credential.objects.get(channel=first).generation == 2
        assert Channel.objects.count() == 1


def test_a_channel_comes_back_as_the_same_account_or_not_at_all(connect: Connect, cast: Cast, toy: Toy) -> None:
    channel = connect()
    toy.who = replace(toy.who, network_user_id="id-2", username="bob")
    with pytest.raises(DifferentAccount, match="bob"):
        connect(channel_id=channel.id, brand_id=None)
    toy.who = replace(toy.who, network_user_id="id-1", username="ada.renamed")
    assert connect(channel_id=channel.id, brand_id=None).username == "ada.renamed"


def test_an_account_belongs_to_one_brand_of_a_workspace(connect: Connect, cast: Cast) -> None:
    connect()
    with pytest.raises(ConnectedElsewhere, match="First Brand"):
        connect(brand_id=cast.other_brand.id)
    blind = replace(cast.admin, brand_ids=frozenset({cast.other_brand.id}))
    with pytest.raises(ConnectedElsewhere) as caught:
        connect(actor=blind, brand_id=cast.other_brand.id)
    assert "First Brand" not in str(caught.value)


def test_a_disconnected_channel_comes_back_to_life_under_its_old_id(connect: Connect, cast: Cast) -> None:
    channel = connect()
    disconnect_channel(actor=cast.owner, channel_id=channel.id, now=NOW)
    again = connect(brand_id=cast.other_brand.id)
    assert (again.id, again.deleted_at, again.status) == (channel.id, None, "active")
    assert (again.lifecycle, again.brand_id) == ("connected", cast.other_brand.id)


def test_another_workspaces_channel_of_the_same_account_is_independent(connect: Connect, cast: Cast) -> None:
    ours = connect()
    theirs = connect(actor=cast.outsider, brand_id=cast.outside_brand.id)
    assert ours.id != theirs.id
    disconnect_channel(actor=cast.outsider, channel_id=theirs.id, now=NOW)
    assert queries.one_channel(cast.owner, ours.id).status == "active"


def test_what_is_secret_shows_nowhere(
    cast: Cast, toy: Toy, connect: Connect, caplog: pytest.LogCaptureFixture, owner_dsn: str
) -> None:
    caplog.set_level("DEBUG")
    params = begin(cast)
    begun = begin_connection(
        actor=cast.owner, brand_id=cast.brand.id, network="toy", way="pages", redirect_uri=BACK, now=NOW
    )
    assert "state=" not in repr(begun)
    channel = finish_connection(actor=cast.owner, params=params, now=NOW)
    shown = [repr(channel), repr(queries.one_channel(cast.owner, channel.id)), caplog.text, dump(owner_dsn)]
    with pytest.raises(NetworkTrouble) as caught:
        connect(fields={"handle": "ada", "password": "hush-password-wrong"})
    shown += [str(caught.value), repr(caught.value)]
    with pytest.raises(BadInput) as refused:
        connect(fields={"handle": "ada", "password": "hush-password" * 1000})
    shown += [str(refused.value)]
    for secret in (*SECRETS, params["state"]):
        assert not any(secret in one for one in shown), secret


def dump(owner_dsn: str) -> str:
    """Every value of every row of this database, as text."""
    import psycopg

    with psycopg.connect(owner_dsn) as connection:
        tables = connection.execute(
            "select format('%I', relname) from pg_class"
            " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
        ).fetchall()
        return "\n".join(
            str(row) + "".join(bytes(one).decode("latin-1") for one in row if isinstance(one, bytes))
            for (table,) in tables
            for row in connection.execute(f"select * from {table}").fetchall()
        )


@pytest.mark.bad_input("channels.connecting.begin_connection", "channels.connecting.connect_directly")
@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"network": "nowhere"}, BadInput),
        ({"way": "nohow"}, BadInput),
        ({"way": "password"}, BadInput),
        ({"fields": {"server": "x" * 3000}}, BadInput),
        ({"fields": {"surprise": "x"}}, BadInput),
        ({"fields": {"server": "no address"}}, NetworkTrouble),
        ({"brand_id": uuid4()}, NotFound),
        ({"brand_id": None}, BadInput),
        ({"channel_id": uuid4()}, NotFound),
        ({"redirect_uri": "javascript:alert(1)"}, BadInput),
    ],
)
def test_connections_that_cannot_begin(cast: Cast, toy: Toy, wanted: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        begin(cast, **wanted)
    with seeing(cast.owner):
        assert not PendingConnection.objects.exists()


@pytest.mark.parametrize("fields", [{}, {"handle": "ada"}, {"handle": " ", "password": "hush-password"}])
def test_what_a_way_asks_for_has_to_be_given(connect: Connect, fields: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        connect(fields=fields)


def test_a_way_with_pages_is_not_a_direct_one(cast: Cast, toy: Toy) -> None:
    with pytest.raises(BadInput):
        connect_directly(actor=cast.owner, network="toy", way="pages", brand_id=cast.brand.id, now=NOW)


@pytest.mark.bad_input("channels.connecting.finish_connection")
@pytest.mark.parametrize("params", [{}, {"state": ""}, {"state": "\ud800"}, {"state": "nonsense", "code": "x"}])
def test_what_did_not_begin_is_not_finished(cast: Cast, toy: Toy, params: dict[str, str]) -> None:
    with pytest.raises(NotFound):
        finish_connection(actor=cast.owner, params=params, now=NOW)


def test_trouble_at_the_network_is_told_in_its_words(cast: Cast, toy: Toy) -> None:
    toy.trouble = [Rejected("this account may not", "handle"), Retry("down for repairs")]
    with pytest.raises(NetworkTrouble, match="may not") as refused:
        begin(cast)
    assert (refused.value.code, refused.value.where) == ("network_refused", "handle")
    with pytest.raises(NetworkTrouble) as later:
        begin(cast)
    assert later.value.code == "network_unavailable"


@pytest.mark.bad_input("channels.registering.set_network_app", "channels.registering.remove_network_app")
def test_apps_that_cannot_be_entered(cast: Cast, toy: Toy) -> None:
    good: dict[str, Any] = {"actor": cast.owner, "network": "toy", "client_id": "id", "client_secret": "s", "now": NOW}
    for bad in (
        {"network": "nowhere"},
        {"client_id": ""},
        {"client_secret": "s" * 5000},
        {"server": "no address"},
        {"extra": {"a": 1}},
    ):
        with pytest.raises(BadInput):
            set_network_app(**(good | bad))
    for app_id in ("nonsense", ""):
        with pytest.raises(BadInput):
            remove_network_app(actor=cast.owner, app_id=app_id, now=NOW)  # type: ignore[arg-type] # what a door may pass
    with pytest.raises(NotFound):
        remove_network_app(actor=cast.owner, app_id=uuid4(), now=NOW)


@pytest.mark.outsider(
    "channels.connecting.begin_connection",
    "channels.connecting.finish_connection",
    "channels.connecting.connect_directly",
    "channels.registering.set_network_app",
    "channels.registering.remove_network_app",
)
def test_an_outsider_connects_nothing_here(cast: Cast, toy: Toy, connect: Connect) -> None:
    channel = connect()
    params = begin(cast)
    for wanted in ({"brand_id": cast.brand.id}, {"brand_id": None, "channel_id": channel.id}):
        with pytest.raises(NotFound):
            begin(cast, cast.outsider, **wanted)
        with pytest.raises(NotFound):
            connect(actor=cast.outsider, **wanted)
    with pytest.raises(NotFound):
        finish_connection(actor=cast.outsider, params=params, now=NOW)
    mine = set_network_app(actor=cast.owner, network="toy", client_id="ours", client_secret="s", now=NOW)
    set_network_app(actor=cast.outsider, network="toy", client_id="theirs", client_secret="s", now=NOW)
    with pytest.raises(NotFound):
        remove_network_app(actor=cast.outsider, app_id=mine.id, now=NOW)
    assert "theirs" not in [row.client_id for row in queries.network_apps(cast.owner)]
    with seeing(cast.owner):
        assert NetworkApp.objects.filter(client_id="ours").exists()


def test_only_who_may_connect_connects(cast: Cast, toy: Toy, connect: Connect) -> None:
    for actor in (cast.editor, cast.approver, cast.viewer, replace(cast.admin, brand_ids=frozenset())):
        with pytest.raises((NotAllowed, NotFound)):
            begin(cast, actor)
        with pytest.raises((NotAllowed, NotFound)):
            connect(actor=actor)
    assert toy.apps == []


def test_addresses_from_a_network_are_kept_only_if_they_are_on_the_web(
    cast: Cast, toy: Toy, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy.who = replace(
        toy.who, avatar_url="javascript:alert(1)", profile_url="https://toy.example/\x00ada", bio="a\x00b"
    )
    channel = connect()
    assert (channel.avatar_url, channel.profile_url, channel.bio) == ("", "https://toy.example/ada", "ab")
    toy.authorize = "javascript:alert(1)//"
    with pytest.raises(NetworkTrouble, match="not on the web"):
        begin(cast)


def test_connections_nobody_came_back_from_are_forgotten(cast: Cast, toy: Toy) -> None:
    params = begin(cast)
    with seeing(cast.owner):
        assert forget_late_connections(NOW + timedelta(minutes=90)) == 0
        assert forget_late_connections(NOW + timedelta(minutes=120)) == 1
        assert not PendingConnection.objects.exists()
    with pytest.raises(NotFound):
        finish_connection(actor=cast.owner, params=params, now=NOW)
