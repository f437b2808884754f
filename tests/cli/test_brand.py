"""`postroom brand` and `postroom niche`."""

import pytest

from tests.cli.conftest import Postroom
from tests.make.workspaces import make_workspace


@pytest.fixture(autouse=True)
def workspace(db: None) -> None:
    make_workspace()


def test_a_brand_is_made_edited_held_and_released(postroom: Postroom):
    made = postroom("brand", "create", "Daily Post", "--time-zone", "Europe/Berlin", "--json").json
    assert (made["slug"], made["time_zone"], made["status"]) == ("daily-post", "Europe/Berlin", "active")
    edited = postroom(
        "brand", "edit", "daily-post", "--set", "daily_post_limit=5", "--set", "default_hashtags=#a,b", "--json"
    ).json
    assert (edited["daily_post_limit"], edited["default_hashtags"]) == (5, ["a", "b"])
    assert postroom("brand", "pause", "daily-post", "--why", "Crisis", "--json").json["status"] == "paused"
    assert postroom("brand", "resume", made["id"], "--json").json["status"] == "active"
    assert postroom("brand", "deactivate", "daily-post", "--json").json["status"] == "inactive"
    assert postroom("brand", "activate", "daily-post", "--json").json["status"] == "active"
    assert "daily-post" in postroom("brand", "list").out


def test_slots_are_put_and_shown_in_the_brands_zone(postroom: Postroom):
    postroom("brand", "create", "Daily Post", "--time-zone", "Europe/Berlin")
    rows = postroom("brand", "slots", "daily-post", "--put", "wed@18:30", "--put", "mon@09:00", "--json").json
    assert [(row["day"], row["time"]) for row in rows] == [("mon", "09:00"), ("wed", "18:30")]
    assert "Europe/Berlin" in postroom("brand", "slots", "daily-post").out
    assert postroom("brand", "slots", "daily-post", "--put", "someday").code == 2
    assert postroom("brand", "slots", "daily-post", "--clear", "--json").json == []


def test_what_cannot_be_is_said_with_its_field(postroom: Postroom):
    assert "brand create" in postroom("post", "create", "--text", "x").err
    postroom("brand", "create", "One")
    postroom("brand", "create", "Two")
    assert "--brand one or two" in postroom("post", "create", "--text", "x").err
    assert (postroom("brand", "show", "three").code, postroom("brand", "edit", "one", "--set", "x").code) == (1, 2)
    assert "colour" in postroom("brand", "edit", "one", "--set", "colour=red").err


def test_niches_are_made_edited_and_given_to_brands(postroom: Postroom):
    assert "niche create" in postroom("niche", "list").err
    made = postroom("niche", "create", "True crime", "--tier", "2", "--json").json
    assert (made["slug"], made["tier"], made["status"]) == ("true-crime", 2, "active")
    edited = postroom("niche", "edit", "true-crime", "--name", "Crime", "--status", "inactive", "--json").json
    assert (edited["name"], edited["slug"], edited["status"]) == ("Crime", "true-crime", "inactive")
    brand = postroom("brand", "create", "One", "--set", "niche=true-crime", "--json").json
    assert (brand["niche"], brand["niche_id"]) == ("true-crime", made["id"])
    assert "true-crime" in postroom("brand", "show", "one").out
    assert postroom("brand", "edit", "one", "--set", "niche=", "--json").json["niche"] is None
    assert "Crime" in postroom("niche", "list").out


def test_what_a_niche_cannot_be_is_said(postroom: Postroom):
    postroom("niche", "create", "Crime")
    assert "already" in postroom("niche", "create", "Crime").err
    assert "tier" in postroom("niche", "create", "Other", "--tier", "12").err
    missing = postroom("niche", "show", "cooking")
    assert (missing.code, "crime" in missing.err) == (1, True)
    assert "no niche cooking" in postroom("brand", "create", "One", "--set", "niche=cooking").err
