"""`postroom channel`: connecting with what is asked for, and everything after."""

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest
from django.test import Client

from postroom.channels import connecting as channel_connecting
from postroom.cli import connecting
from postroom.cli.operator import operator
from postroom.networks import registry
from tests.channels.toy import SECRETS, Toy
from tests.cli.conftest import Postroom
from tests.make.brands import make_brand
from tests.make.workspaces import make_workspace

ASKED = ("--way", "password", "--field", "handle=ada", "--field")


@pytest.fixture
def toy():
    made = Toy()
    registry.add(made.network())
    yield made
    registry._added.pop("toy")


@pytest.fixture(autouse=True)
def brand(db: None, toy: Toy) -> None:
    make_brand(make_workspace()[1], "First")


def test_a_channel_is_connected_with_a_secret_from_a_file(postroom: Postroom, tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_text("hush-password\n")
    made = postroom("channel", "connect", "toy", *ASKED, f"password=@{secret}", "--json")
    assert made.code == 0, made.err
    assert (made.json["username"], made.json["status"]) == ("ada", "active")
    assert not any(one in made.out + made.err for one in SECRETS)


def test_a_secret_comes_from_the_standard_input_but_never_from_the_command_line(postroom: Postroom):
    seen = postroom("channel", "connect", "toy", *ASKED, "password=hush-password")
    assert (seen.code, "password=@FILE" in seen.err, "hush" in seen.err) == (2, True, False)
    assert postroom("channel", "connect", "toy", *ASKED, "password=-", typed="hush-password\n").code == 0


def test_what_is_missing_or_unknown_is_said(postroom: Postroom):
    assert "--way password" in postroom("channel", "connect", "toy").err
    assert "allowed is" in postroom("channel", "connect", "toy", "--way", "pigeon").err
    assert "App password is missing" in postroom("channel", "connect", "toy", *ASKED[:4]).err
    assert postroom("channel", "connect", "toy", *ASKED[:4], "--field", "colour=red").code == 2
    assert "toy" in postroom("channel", "connect", "nowhere").err
    wrong = postroom("channel", "connect", "toy", *ASKED, "password=-", typed="wrong\n")
    assert (wrong.code, "don't go together" in wrong.err) == (1, True)
    assert "App password" in postroom("channel", "ways", "toy").out
    assert {row["network"] for row in postroom("channel", "ways", "--json").json} >= {"toy", "bluesky"}


def test_through_the_networks_pages_by_the_pasted_address(postroom: Postroom, toy: Toy):
    way = next(way for way in registry.get("toy").connecting.ways if way.begin)
    begun = postroom("channel", "connect", "toy", "--way", way.name, "--no-wait").json
    state = dict(parse_qsl(urlsplit(begun["url"]).query))["state"]
    channel_id = connecting._finish(operator(), f"http://localhost/channels/return?code=1&state={state}")
    assert postroom("channel", "show", channel_id, "--json").json["username"] == toy.who.username


def test_the_life_of_a_channel(postroom: Postroom):
    postroom("channel", "connect", "toy", *ASKED, "password=-", typed="hush-password\n")
    assert postroom("channel", "list", "--json").json[0]["username"] == "ada"
    assert postroom("channel", "pause", "ada", "--why", "Holiday", "--json").json["paused_why"] == "Holiday"
    assert postroom("channel", "resume", "toy:ada", "--json").json["paused_at"] is None
    assert postroom("channel", "check", "@ada", "--json").json["health"] == "healthy"
    assert postroom("channel", "move", "ada", "ready", "--json").json["lifecycle"] == "ready"
    assert postroom("channel", "edit", "ada", "--city", "Berlin", "--tag", "x").code == 0
    steps = postroom("channel", "history", "ada", "--json").json
    assert (steps[0]["from_state"], steps[0]["to_state"]) == ("connected", "ready")
    postroom("brand", "edit", "first", "--set", "time_zone=Asia/Tokyo")
    assert "JST" in postroom("channel", "history", "ada").out
    assert "JST" in postroom("channel", "show", "ada").out
    assert postroom("channel", "disconnect", "ada", typed="n\n").code != 0
    gone = postroom("channel", "disconnect", "ada", "--yes", "--json").json
    assert (gone["revoked_there"], gone["waiting_publications"]) == (True, 0)
    assert postroom("channel", "list", "--json").json == []
    assert "no channel ada" in postroom("channel", "show", "nobody").err.replace("nobody", "ada")


def test_the_waiting_command_ends_at_once_when_the_owner_says_no(
    postroom: Postroom, toy: Toy, monkeypatch: pytest.MonkeyPatch
):
    way = next(way for way in registry.get("toy").connecting.ways if way.begin)
    monkeypatch.setattr("select.select", lambda *wanted: ([], [], []))
    real = channel_connecting.begin_connection

    def begin(**wanted: object) -> object:
        """The owner says no before the first look."""
        made = real(**wanted)  # type: ignore[arg-type] # passed on
        state = dict(parse_qsl(urlsplit(made.authorize_url).query))["state"]
        Client().get("/channels/return", {"state": state, "error": "access_denied"})
        return made

    monkeypatch.setattr(channel_connecting, "begin_connection", begin)
    done = postroom("channel", "connect", "toy", "--way", way.name)
    assert (done.code, "not connected: access_denied" in done.err) == (1, True)


def test_the_waiting_command_shows_the_channel_once_its_owner_is_back(
    postroom: Postroom, toy: Toy, monkeypatch: pytest.MonkeyPatch
):
    way = next(way for way in registry.get("toy").connecting.ways if way.begin)
    begun: list[str] = []
    monkeypatch.setattr("select.select", lambda *wanted: ([], [], []))

    def look_again(actor: object, network: str) -> dict[UUID, int]:
        """The owner comes back between two looks."""
        if begun and (state := begun.pop()):
            Client().get("/channels/return", {"state": state, "code": "1"})
        return known(actor, network)  # type: ignore[arg-type] # what the command passes

    known = connecting._known
    monkeypatch.setattr(connecting, "_known", look_again)
    real = channel_connecting.begin_connection

    def begin(**wanted: object) -> object:
        made = real(**wanted)  # type: ignore[arg-type] # passed on
        begun.append(dict(parse_qsl(urlsplit(made.authorize_url).query))["state"])
        return made

    monkeypatch.setattr(channel_connecting, "begin_connection", begin)
    done = postroom("channel", "connect", "toy", "--way", way.name, "--json")
    assert (done.code, done.json["username"]) == (0, toy.who.username)
    assert "https://toy.example/authorize" in done.err
    pasted = postroom("channel", "reconnect", done.json["id"], "--way", "pigeon")
    assert pasted.code == 2
