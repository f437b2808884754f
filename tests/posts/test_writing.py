"""Posts are written, changed and put aside."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.events.models import ActivityLog
from postroom.posts.content import ItemOf, MediaOf, Writing, check_writing
from postroom.posts.models import Post
from postroom.posts.writing import create_post, edit_post, remove_post
from postroom.workspaces.actors import acting
from postroom.workspaces.errors import BadInput, Conflict, NotAllowed, NotFound
from tests.make.posts import NOW, nobody
from tests.make.workspaces import Cast

HELLO = Writing(text="Hello #World, ask @ada", items=(ItemOf("more"),))


def _post(cast: Cast, writing: Writing = HELLO) -> Post:
    return create_post(actor=cast.editor, brand_id=cast.brand.id, writing=writing, now=NOW)


def test_a_post_keeps_its_words_items_and_tags(cast: Cast) -> None:
    post = _post(cast)
    with acting(cast.editor):
        assert (post.status, post.type, post.version) == ("draft", "text", 1)
        assert post.hashtags == ["World"]
        assert post.mentions == ["ada"]
        assert [item.text for item in post.items.all()] == ["more"]
        assert ActivityLog.objects.get(subject_id=post.id).what == "post.created"
        assert post.author_id == cast.editor.user_id


def test_editing_puts_everything_new_in_place_and_counts_the_version(cast: Cast) -> None:
    post = _post(cast)
    edited = edit_post(actor=cast.editor, post_id=post.id, writing=Writing(text="Other"), version=1, now=NOW)
    with acting(cast.editor):
        assert (edited.text, edited.version, edited.items.count()) == ("Other", 2, 0)
    with pytest.raises(Conflict, match="it is 2 by now"):
        edit_post(actor=cast.editor, post_id=post.id, writing=HELLO, version=1, now=NOW)


def test_a_removed_post_is_not_found_any_more(cast: Cast) -> None:
    post = _post(cast)
    remove_post(actor=cast.editor, post_id=post.id, now=NOW)
    with pytest.raises(NotFound):
        remove_post(actor=cast.editor, post_id=post.id, now=NOW)


def test_a_viewer_writes_nothing(cast: Cast) -> None:
    with pytest.raises(NotAllowed, match="viewer"):
        create_post(actor=cast.viewer, brand_id=cast.brand.id, writing=HELLO, now=NOW)


def test_an_editor_of_one_brand_sees_no_other(cast: Cast) -> None:
    limited = replace(cast.editor, brand_ids=frozenset({cast.brand.id}))
    post = create_post(actor=cast.editor, brand_id=cast.other_brand.id, writing=HELLO, now=NOW)
    with pytest.raises(NotFound):
        edit_post(actor=limited, post_id=post.id, writing=HELLO, now=NOW)


@pytest.mark.outsider("posts.writing.create_post")
@pytest.mark.outsider("posts.writing.edit_post")
@pytest.mark.outsider("posts.writing.remove_post")
def test_the_outsider_finds_neither_brand_nor_post(cast: Cast) -> None:
    post = _post(cast)
    with pytest.raises(NotFound, match="brand"):
        create_post(actor=cast.outsider, brand_id=cast.brand.id, writing=HELLO, now=NOW)
    with pytest.raises(NotFound, match="post"):
        edit_post(actor=cast.outsider, post_id=post.id, writing=HELLO, now=NOW)
    with pytest.raises(NotFound, match="post"):
        remove_post(actor=cast.outsider, post_id=post.id, now=NOW)


@pytest.mark.bad_input("posts.writing.create_post")
@pytest.mark.bad_input("posts.writing.edit_post")
@pytest.mark.bad_input("posts.writing.remove_post")
def test_what_is_not_there_is_named(cast: Cast) -> None:
    missing = nobody()
    with pytest.raises(NotFound, match=str(missing)):
        create_post(actor=cast.editor, brand_id=missing, writing=HELLO, now=NOW)
    with pytest.raises(NotFound, match=str(missing)):
        _post(cast, Writing(text="x", media=(MediaOf(missing),)))
    with pytest.raises(NotFound, match=str(missing)):
        edit_post(actor=cast.editor, post_id=missing, writing=HELLO, now=NOW)
    with pytest.raises(NotFound, match=str(missing)):
        remove_post(actor=cast.editor, post_id=missing, now=NOW)


@pytest.mark.parametrize(
    ("writing", "field"),
    [
        (Writing(text="x" * 100_001), "text"),
        (Writing(text="a\x00b"), "text"),
        (Writing(text="x", type="poem"), "type"),
        (Writing(text="x", link="javascript:alert(1)"), "link"),
        (Writing(text="x", items=(ItemOf(" "),)), "items.0"),
        (Writing(text="x", items=(ItemOf("y", kind="shout"),)), "items.0.kind"),
        (Writing(text="x", labels=("l",) * 101), "labels"),
        (Writing(text="x", poll={"options": ["one"], "seconds": 60}), "poll.options"),
        (Writing(text="x", poll={"options": ["one", "two"], "seconds": 0}), "poll.seconds"),
        (Writing(text="x", poll={"options": ["one", "two"], "seconds": 60, "colour": 1}), "poll.colour"),
        (Writing(media=(MediaOf(nobody(), crop={"x": 0.6, "y": 0, "width": 0.6, "height": 1}),)), "media.0.crop"),
        (Writing(media=(MediaOf(nobody(), crop={"x": 0}),)), "media.0.crop"),
    ],
)
def test_bad_input_names_the_field(writing: Writing, field: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_writing(writing)
    assert caught.value.field == field


@given(st.text(max_size=300).filter(lambda text: "\x00" not in text))
def test_any_text_is_taken(text: str) -> None:
    check_writing(Writing(text=text))
