"""`postroom post`, `publication`, `asset` and `event`: from a file on disk to a scheduled post."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from postroom.channels.models import Channel
from postroom.events.recording import raise_event
from postroom.publishing.models import Lane
from postroom.workspaces.actors import Actor, acting
from tests.cli.conftest import Postroom
from tests.make.brands import make_brand
from tests.make.library import encoded, halves
from tests.make.posts import make_silent_channel
from tests.make.workspaces import make_workspace


@pytest.fixture(autouse=True)
def owner(db: None) -> Actor:
    return make_workspace()[1]


@pytest.fixture(autouse=True)
def channel(owner: Actor) -> Channel:
    return make_silent_channel(owner, make_brand(owner, "First"))


def test_from_writing_to_scheduled_to_cancelled(postroom: Postroom, channel: Channel):
    name = channel.username
    made = postroom("post", "create", "--text", "Hello", "--channel", name, "--at", "2027-01-04T09:00", "--json")
    assert made.code == 0, made.err
    post = made.json
    assert (post["status"], post["publications"][0]["scheduled_for"]) == ("scheduled", "2027-01-04T09:00:00+00:00")
    assert name in postroom("post", "show", post["id"]).out
    assert "Hello" in postroom("post", "list").out
    one = post["publications"][0]["id"]
    moved = postroom("publication", "reschedule", one, "2027-01-05T09:00Z", "--json").json
    assert moved["scheduled_for"] == "2027-01-05T09:00:00+00:00"
    assert "History" in postroom("publication", "show", one).err
    assert postroom("post", "unschedule", post["id"], "--json").json["status"] == "draft"
    assert postroom("post", "schedule", post["id"], "2027-01-06T09:00", "--json").json["status"] == "scheduled"
    assert postroom("publication", "cancel", one, "--json").json["status"] == "cancelled"
    assert postroom("publication", "retry", one, "--json").json["status"] == "scheduled"
    assert postroom("post", "cancel", post["id"], "--json").json["status"] == "cancelled"


def test_times_are_shown_in_the_brands_zone_and_stay_utc_in_json(postroom: Postroom, owner: Actor):
    brand = make_brand(owner, "Berliner", time_zone="Europe/Berlin")
    channel = make_silent_channel(owner, brand)
    asked = ("--text", "Hello", "--brand", brand.slug, "--channel", channel.id, "--at", "2027-01-04T09:00")
    made = postroom("post", "create", *asked, "--json").json
    assert made["scheduled_at"] == "2027-01-04T08:00:00+00:00"
    one = made["publications"][0]["id"]
    for words in (("post", "list"), ("post", "show", made["id"]), ("publication", "show", one)):
        assert "2027-01-04 09:00:00 CET" in postroom(*words).out, words
    exact = postroom("publication", "reschedule", one, "2027-07-04T09:00Z")
    assert "2027-07-04 11:00:00 CEST" in exact.out
    assert "2027-07-04T09:00:00+00:00" in postroom("publication", "show", one, "--json").out


def test_what_holds_a_publication_is_shown_with_it(postroom: Postroom, owner: Actor, channel: Channel):
    made = postroom(
        "post", "create", "--text", "Hello", "--channel", channel.username, "--at", "2027-01-04T09:00", "--json"
    )
    one = made.json["publications"][0]["id"]
    assert "Held" not in postroom("publication", "show", one).out
    with acting(owner):
        Lane.objects.update(hold_until=datetime(2999, 1, 4, 10, tzinfo=UTC), hold_why="slow down")
    shown = postroom("publication", "show", one).out
    assert "Held until    2999-01-04 10:00:00" in shown
    assert "Held because  slow down" in shown


def test_texts_threads_and_pictures_from_files(postroom: Postroom, channel: Channel, tmp_path: Path):
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(encoded(halves()))
    made = postroom(
        "post", "create", "--file", "-", "--channel", channel.id, "--media", photo, "--alt", "A photo",
        "--thread", "Second", "--json", typed="From the input\n",
    )  # fmt: skip
    assert made.code == 0, made.err
    post = postroom("post", "show", made.json["id"], "--json").json
    assert (post["text"], [one["text"] for one in post["items"]]) == ("From the input", ["Second"])
    assert post["media"][0]["alt_text"] == "A photo"
    assert postroom("post", "create", "--text", "x", "--file", "y").code == 2
    assert "can't be read" in postroom("post", "create", "--media", tmp_path / "none.jpg").err


def test_what_does_not_fit_is_told_before_anything_is_sent(postroom: Postroom, channel: Channel):
    refused = postroom("post", "create", "--text", "x" * 301, "--channel", channel.username, "--at", "now")
    assert (refused.code, "300" in refused.err) == (1, True)
    draft = postroom("post", "create", "--text", "x" * 301, "--channel", channel.username)
    assert (draft.code, "300" in draft.out) == (0, True)
    post_id = postroom("post", "list", "--json").json[0]["id"]
    checked = postroom("post", "check", post_id, "--json")
    assert (checked.code, checked.json["problems"][0]["code"]) == (1, "text.max")


def test_what_cannot_be_is_said(postroom: Postroom, channel: Channel):
    name = channel.username
    assert postroom("post", "show", "nonsense").code == 2
    assert postroom("post", "show", channel.id).code == 1
    assert "soonish" in postroom("post", "create", "--text", "x", "--channel", name, "--at", "soonish").err
    assert "no channel nobody" in postroom("post", "create", "--text", "x", "--channel", "nobody").err
    assert "has no option" in postroom("post", "create", "--channel", name, "--option", f"{name}:colour=red").err
    made = postroom("post", "create", "--text", "x", "--channel", name, "--json").json
    assert "Nothing of this post is unknown" in postroom("post", "settle", made["id"], "--there").err
    settled = postroom("publication", "settle", made["publications"][0]["id"], "--there")
    assert settled.code == 1


def test_files_are_uploaded_listed_edited_removed_and_restored(postroom: Postroom, tmp_path: Path):
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(encoded(halves()))
    made = postroom("asset", "upload", photo, "--alt", "A photo", "--json").json[0]
    assert (made["type"], made["alt_text"], "storage_key" in made) == ("image", "A photo", False)
    assert postroom("asset", "upload", photo, "--json").json[0]["id"] == made["id"]
    assert "photo.jpg" in postroom("asset", "list", "--search", "photo").out
    edited = postroom("asset", "edit", made["id"], "--title", "Sea", "--tag", "a", "--json").json
    assert (edited["title"], edited["tags"]) == ("Sea", ["a"])
    assert postroom("asset", "delete", made["id"]).code == 0
    assert postroom("asset", "show", made["id"]).code == 1
    assert postroom("asset", "restore", made["id"], "--json").json["id"] == made["id"]
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"not a picture at all, and long enough to be looked at" * 20)
    assert "file" in postroom("asset", "upload", broken).err


def test_a_file_that_waits_to_go_out_stays(postroom: Postroom, channel: Channel, tmp_path: Path):
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(encoded(halves()))
    asset = postroom("asset", "upload", photo, "--json").json[0]["id"]
    made = postroom(
        "post", "create", "--text", "With it", "--channel", channel.id, "--media", asset, "--alt", "A photo",
        "--at", "2027-01-04T09:00",
    )  # fmt: skip
    assert made.code == 0, made.err
    assert "With it" in postroom("asset", "delete", asset).err


def test_events_are_listed_and_resolved(postroom: Postroom, owner: Actor):
    with acting(owner):
        event = raise_event("test.trouble", "Look at this", workspace_id=owner.workspace_id)
    assert "Look at this" in postroom("event", "list").out
    assert postroom("event", "resolve", event.id).code == 0
    assert postroom("event", "list", "--json").json == []
    assert len(postroom("event", "list", "--all", "--json").json) == 1
