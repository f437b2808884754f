"""Settling doubt: what is shown, who may say, and what follows from each answer."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.utils import timezone

from postroom.publishing.telling import in_doubt, tell_post
from postroom.publishing.timing import At
from tests.make.posts import make_post, make_silent_channel
from tests.make.workspaces import Cast
from tests.web.signing import signed_in


@pytest.fixture
def doubt(cast: Cast, owner_dsn: str) -> Any:
    """A publication nobody knows the end of, by its columns' values."""

    def make(text: str = "Is this one there?", **channel: Any) -> Any:
        where = make_silent_channel(cast.owner, cast.brand, display_name="Morning Post", **channel)
        at = At(timezone.now() + timedelta(hours=1))
        plan = make_post(cast.editor, cast.brand, where, text=text, when=at, now=timezone.now())
        with psycopg.connect(owner_dsn, autocommit=True) as database:
            database.execute("SET postroom.engine = 'on'")
            database.execute(
                "UPDATE publishing_publication SET status = 'unknown', not_before = NULL, attempts = 1,"
                " reason = 'The answer got lost' WHERE id = %s",
                [plan.publications[0].id],
            )
        return plan.publications[0]

    return make


def _at(cast: Cast, publication_id: UUID | None = None) -> str:
    return f"/w/{cast.workspace.slug}/settle/{f'{publication_id}/' if publication_id else ''}"


def test_nothing_to_settle_says_what_unknown_means(cast: Cast) -> None:
    page = signed_in(cast.viewer).get(_at(cast)).text
    assert "Nothing to settle" in page
    assert "Unknown" in page


def test_both_sides_are_shown(cast: Cast, doubt: Any) -> None:
    doubt(profile_url="https://social.example/@morning")
    page = signed_in(cast.editor).get(_at(cast)).text
    for words in ("Is this one there?", "Morning Post", "The answer got lost", "https://social.example/@morning"):
        assert words in page
    assert "list here what" in page, "what can't be shown is said"


def test_an_outsider_finds_nothing(cast: Cast, doubt: Any) -> None:
    one = doubt()
    client = signed_in(cast.outsider)
    outside = f"/w/{cast.outside_workspace.slug}/settle/"
    assert client.get(_at(cast)).status_code == 404
    assert "Is this one there?" not in client.get(outside).text
    for where in (_at(cast, one.id), f"{outside}{one.id}/"):
        assert client.post(where, {"answer": "failed"}).status_code == 404
    assert in_doubt(cast.outsider, now=timezone.now()) == []


def test_a_viewer_looks_and_says_nothing(cast: Cast, doubt: Any) -> None:
    one, client = doubt(), signed_in(cast.viewer)
    page = client.get(_at(cast)).text
    assert "It isn&#x27;t there" not in page
    assert "An owner, admin or editor" in page
    assert client.post(_at(cast, one.id), {"answer": "failed"}).status_code == 403


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        ({"answer": "there", "url": "https://social.example/@morning/1"}, "published", "counts as published"),
        ({"answer": "again"}, "scheduled", "goes out again now"),
        ({"answer": "failed"}, "failed", "counts as failed"),
    ],
)
def test_each_answer_has_its_consequence(
    cast: Cast, doubt: Any, answer: dict[str, str], status: str, words: str
) -> None:
    one = doubt(server="https://social.example")
    said = signed_in(cast.editor).post(_at(cast, one.id), answer, follow=True)
    assert words in said.text
    assert "Nothing to settle" in said.text
    told = tell_post(cast.owner, post_id=one.post_id, now=timezone.now())
    assert told.publications[0].status == status
    assert told.publications[0].url == answer.get("url", "")
    late = signed_in(cast.editor).post(_at(cast, one.id), {"answer": "failed"}, follow=True)
    assert "settled by now" in late.text


@pytest.mark.parametrize("typed", ["", "nowhere", "javascript:alert(1)", "https://elsewhere.example/@morning/1"])
def test_an_address_that_cannot_be_is_said_at_its_field(cast: Cast, doubt: Any, typed: str) -> None:
    one = doubt(server="https://social.example")
    said = signed_in(cast.editor).post(_at(cast, one.id), {"answer": "there", "url": typed})
    assert said.status_code == 422
    assert f'value="{typed}"' in said.text
    assert 'role="alert"' in said.text or "field-error" in said.text


def test_where_no_place_is_known_every_address_is_taken(cast: Cast, doubt: Any) -> None:
    one = doubt()
    signed_in(cast.editor).post(_at(cast, one.id), {"answer": "there", "url": "https://anywhere.example/1"})
    assert in_doubt(cast.owner, now=timezone.now()) == []
