"""The composer: who may, what is stored, what stays typed when something is wrong."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from postroom.channels.models import Channel
from postroom.posts.content import Writing
from postroom.posts.models import Post
from postroom.posts.writing import edit_post
from postroom.publishing.models import Publication
from postroom.web.composer.arranging import arrange
from postroom.web.composer.sheet import File, Item, Sheet
from postroom.workspaces.actors import acting
from tests.make.brands import make_slots
from tests.make.library import jpeg, make_asset
from tests.make.posts import NOW, make_post, make_silent_channel
from tests.make.workspaces import Cast
from tests.web.signing import signed_in

FAR = (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%dT09:30")


def _new(cast: Cast) -> str:
    return f"/w/{cast.workspace.slug}/compose/"


def _edit(cast: Cast, post_id: UUID) -> str:
    return f"/w/{cast.workspace.slug}/posts/{post_id}/edit/"


@pytest.fixture
def channel(cast: Cast) -> Channel:
    return make_silent_channel(cast.owner, cast.brand, display_name="Blue")


@pytest.fixture
def editor(cast: Cast) -> Client:
    return signed_in(cast.editor)


def _form(cast: Cast, *channels: Channel, **more: Any) -> dict[str, Any]:
    return {"brand": str(cast.brand.id), "channels": [str(one.id) for one in channels], "text": "Hello", **more}


def _only(cast: Cast) -> tuple[Post, list[Publication]]:
    with acting(cast.owner):
        post = Post.objects.get()
        return post, list(post.publications.order_by("id"))


def test_who_may_not_write_sees_no_composer(cast: Cast, channel: Channel) -> None:
    post = make_post(cast.editor, cast.brand, channel).post
    for path in (_new(cast), _edit(cast, post.id), _new(cast) + "files/"):
        assert signed_in(cast.outsider).get(path).status_code == 404
        assert signed_in(cast.viewer).get(path).status_code == 403
        assert signed_in(cast.viewer).post(path, {"action": "save"}).status_code in {403, 405}
    other = make_post(cast.owner, cast.other_brand).post
    elsewhere = f"/w/{cast.outside_workspace.slug}/posts/{other.id}/edit/"
    assert signed_in(cast.outsider).get(elsewhere).status_code == 404


def test_a_draft_is_written_and_scheduled(cast: Cast, channel: Channel, editor: Client) -> None:
    answer = editor.post(_new(cast), _form(cast, channel, action="save"))
    post, (publication,) = _only(cast)
    assert (answer.status_code, answer["Location"]) == (302, _edit(cast, post.id))
    assert (post.text, post.status, publication.channel_id) == ("Hello", "draft", channel.id)
    again = _form(cast, channel, action="schedule", when="at", at=FAR, version=post.version, text="Hello again")
    answer = editor.post(_edit(cast, post.id), again)
    assert answer["Location"] == f"/w/{cast.workspace.slug}/posts/{post.id}/"
    post, (publication,) = _only(cast)
    assert (post.status, post.text) == ("scheduled", "Hello again")
    assert publication.scheduled_for is not None
    assert "30" in f"{publication.scheduled_for:%H:%M}"


def test_the_next_free_slot_is_named_and_taken(cast: Cast, channel: Channel, editor: Client) -> None:
    make_slots(cast.owner, cast.brand, *((day, "07:15") for day in range(7)))
    assert "07:15" in editor.get(_new(cast), {"channel": str(channel.id)}).text
    editor.post(_new(cast), _form(cast, channel, action="schedule", when="slot"))
    post, _ = _only(cast)
    assert post.scheduled_at is not None
    assert f"{post.scheduled_at:%H:%M}" == "07:15"


def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(cast: Cast, channel: Channel, editor: Client) -> None:
    text = "word " * 70
    answer = editor.post(_new(cast), _form(cast, channel, action="schedule", at=FAR, text=text, link="https://x.org/"))
    assert answer.status_code == 422
    assert text.strip() in answer.text
    assert "https://x.org/" in answer.text
    assert "characters too long (350 / 300)" in answer.text
    with acting(cast.owner):
        assert not Post.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"at": "never"}, "This time can’t be taken"),
        ({"at": "2001-01-01T10:00"}, "This time can’t be taken"),
        ({"at": FAR, "link": "javascript:1"}, "A link starts with"),
        ({"at": FAR, "channels": []}, "Choose at least one channel"),
        ({"at": FAR, "text": "a\x00b"}, "text without it"),
        ({"at": FAR, "media": [str(UUID(int=9))]}, "no longer in the library"),
    ],
)
def test_bad_input_is_said_at_its_field(cast: Cast, channel: Channel, editor: Client, wrong: Any, said: str) -> None:
    answer = editor.post(_new(cast), {**_form(cast, channel, action="schedule", at=FAR), **wrong})
    assert answer.status_code == 422
    assert said in answer.text


def test_one_channel_has_its_own_words_and_options(cast: Cast, channel: Channel, editor: Client) -> None:
    other = make_silent_channel(cast.owner, cast.brand, network="sandbox")
    more = {"own": [str(other.id)], f"text-{other.id}": "Otherwise", f"text-{channel.id}": "left alone"}
    more |= {f"opt-{other.id}-visibility": "followers", f"opt-{other.id}-spoiler": ""}
    editor.post(_new(cast), _form(cast, channel, other, action="save", text="Hello #tea", **more))
    post, publications = _only(cast)
    by_channel = {one.channel_id: one for one in publications}
    assert by_channel[channel.id].text is None
    assert by_channel[other.id].text == "Otherwise"
    assert by_channel[other.id].options == {"visibility": "followers"}
    assert post.hashtags == []  # else they would be added to the other channel's words
    shown = editor.get(_edit(cast, post.id)).text
    assert "Otherwise" in shown
    answer = editor.post(_edit(cast, post.id), _form(cast, channel, other, action="save", version=post.version))
    assert answer.status_code == 302
    assert {one.text for one in _only(cast)[1]} == {None}


def test_somebody_else_was_faster(cast: Cast, channel: Channel, editor: Client) -> None:
    post = make_post(cast.owner, cast.brand, channel).post
    edit_post(actor=cast.owner, post_id=post.id, writing=Writing(text="Theirs"), now=NOW)
    form = _form(cast, channel, version=post.version, text="Mine")
    for action, code in (("autosave", 200), ("save", 422)):
        answer = editor.post(_edit(cast, post.id), {**form, "action": action})
        assert answer.status_code == code
        assert "Somebody else" in answer.text
    assert "Mine" in answer.text
    assert _only(cast)[0].text == "Theirs"
    found = re.search(r'name="version"\s+value="(\d+)"', answer.text)
    assert found is not None
    editor.post(_edit(cast, post.id), {**form, "action": "save", "version": found[1]})
    assert _only(cast)[0].text == "Mine"


def test_autosave_makes_a_draft_once(cast: Cast, channel: Channel, editor: Client) -> None:
    told = editor.post(_new(cast), _form(cast, channel, action="autosave")).json()
    told2 = editor.post(
        told["url"], _form(cast, channel, action="autosave", text="More", version=told["version"])
    ).json()
    assert told2["said"].startswith("Saved ")
    assert _only(cast)[0].text == "More"


def test_a_file_comes_with_the_form_and_its_words_are_kept(cast: Cast, channel: Channel, editor: Client) -> None:
    file = SimpleUploadedFile("cat.jpg", jpeg())
    answer = editor.post(_new(cast), _form(cast, channel, action="look", file=file))
    found = re.search(r'name="media"\s+value="([^"]+)"', answer.text)
    assert found is not None
    more = {"media": [found[1]], f"alt-{found[1]}": "A cat", "item_kind": ["thread"], "item_text": ["Second"]}
    editor.post(_new(cast), _form(cast, channel, action="save", **more))
    post, _ = _only(cast)
    with acting(cast.owner):
        assert [(str(one.asset_id), one.alt_text) for one in post.media.all()] == [(found[1], "A cat")]
        assert [one.text for one in post.items.all()] == ["Second"]
    broken = SimpleUploadedFile("cat.jpg", b"no picture at all")
    answer = editor.post(_new(cast), _form(cast, channel, action="look", file=broken))
    assert "cat.jpg can’t be taken" in answer.text


def test_the_library_is_searched(cast: Cast, editor: Client) -> None:
    make_asset(cast.owner, filename="harbour.jpg")
    assert "harbour.jpg" in editor.get(_new(cast) + "files/", {"q": "harb"}).text
    assert "harbour.jpg" not in editor.get(_new(cast) + "files/", {"q": "cat"}).text
    assert "harbour.jpg" in editor.post(_new(cast), {"action": "pick", "brand": str(cast.brand.id)}).text


def test_buttons_arrange() -> None:
    one, two = UUID(int=1), UUID(int=2)
    sheet = Sheet(files=(File(one), File(two)), items=(Item("first_comment", "last"),))
    assert [file.asset_id for file in arrange(sheet, f"file-up:{two}", []).files] == [two, one]
    assert [file.asset_id for file in arrange(sheet, f"file-drop:{one}", []).files] == [two]
    assert arrange(sheet, "file-up:nonsense", []) == arrange(sheet, "item-drop:99", []) == sheet
    assert [item.kind for item in arrange(sheet, "add:thread", []).items] == ["thread", "first_comment"]
    assert len(arrange(sheet, "add:first_comment", []).items) == 1
    assert len(arrange(sheet, "attach", [str(one), str(UUID(int=3)), "x"]).files) == 3
