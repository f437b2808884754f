"""Who may open a workspace's pages, and what everybody else sees."""

import pytest
from django.test import Client

from tests.make.workspaces import Cast
from tests.web.signing import signed_in


def test_a_member_comes_in_and_finds_the_places(cast: Cast) -> None:
    client = signed_in(cast.editor)
    answer = client.get("/", follow=True)
    assert answer.redirect_chain[-1][0] == f"/w/{cast.workspace.slug}/"
    assert cast.workspace.name in answer.text
    assert "Content-Security-Policy" in answer.headers


def test_whoever_is_not_signed_in_is_asked_to(db) -> None:
    answer = Client().get("/w/anywhere/calendar/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/w/anywhere/calendar/")


@pytest.mark.parametrize("path", ["", "calendar/", "channels/", "compose/", "library/", "settings/", "settle/"])
def test_an_outsider_finds_nothing(cast: Cast, path: str) -> None:
    answer = signed_in(cast.outsider).get(f"/w/{cast.workspace.slug}/{path}")
    assert answer.status_code == 404
    assert cast.workspace.name not in answer.text
