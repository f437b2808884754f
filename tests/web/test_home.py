"""The first page: what goes out next, what needs somebody, what went out lately."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from postroom.channels.models import Channel
from postroom.database import asking
from postroom.kit.ids import uuid7
from postroom.publishing.models import Publication
from postroom.workspaces.actors import acting, seeing
from tests.make.rich import make_rich
from tests.make.workspaces import Cast
from tests.web.signing import signed_in


def home(cast: Cast) -> str:
    return f"/w/{cast.workspace.slug}/"


def test_everything_that_matters_is_there(cast: Cast, owner_dsn: str) -> None:
    make_rich(cast, owner_dsn)
    html = signed_in(cast.owner).get(home(cast)).text
    for words in (
        "The Evening Edition",
        "Needs to be reconnected",
        "2 publications wait behind it",
        "This one is failed",
        "This one is missed",
        "This one is unknown",
        "Settle it",
        "A thought that isn&#x27;t finished",
        "Go on writing",
        "Next week, the same again",
        "It went out yesterday",
        "https://example.org/1",
    ):
        assert words in html
    assert "First steps" not in html


def test_a_viewer_is_offered_nothing_they_may_not_do(cast: Cast, owner_dsn: str) -> None:
    rich = make_rich(cast, owner_dsn)
    client = signed_in(cast.viewer)
    html = client.get(home(cast)).text
    assert "This one is failed" in html
    for words in ("Reconnect</a>", "Settle it", "Try again", "Change it", "Write a post", "isn&#x27;t finished"):
        assert words not in html
    answer = client.post(f"{home(cast)}again/{rich.publications['missed']}/")
    assert (answer.status_code, "another role" in answer.text) == (403, True)


def test_what_was_missed_is_sent_now_and_what_was_sent_is_not_sent_again(cast: Cast, owner_dsn: str) -> None:
    rich = make_rich(cast, owner_dsn)
    client = signed_in(cast.editor)
    answer = client.post(f"{home(cast)}again/{rich.publications['missed']}/", follow=True)
    assert answer.redirect_chain == [(home(cast), 302)]
    assert "It is sent again now." in answer.text
    with seeing(cast.owner):
        assert Publication.objects.get(id=rich.publications["missed"]).status == "scheduled"
    told = client.post(f"{home(cast)}again/{rich.publications['unknown']}/", follow=True).text
    assert "It is sent again now." not in told
    assert "toast-error" in told


@pytest.mark.parametrize("many", [1, 20])
def test_the_page_asks_as_little_of_many_channels_as_of_one(
    cast: Cast, owner_dsn: str, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_rich(cast, owner_dsn)
    with acting(cast.owner):
        like = Channel.objects.exclude(status="active").values().get()
        for number in range(many):
            Channel.objects.create(**like | {"id": uuid7(), "network_user_id": f"more-{number}"})
    client, own, ask = signed_in(cast.owner), [], asking._asked

    def counted(question: str | bytes, values: Mapping[str, object]) -> AbstractContextManager[Any]:
        if "set_config" not in str(question):
            own.append(str(question))
        return ask(question, values)

    monkeypatch.setattr(asking, "_asked", counted)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(home(cast)).status_code == 200
    of_the_frame = [one["sql"] for one in asked if one["sql"].startswith("SELECT")]
    assert (len(own), len(of_the_frame)) == (6, 5), [*own, *of_the_frame]


def test_a_new_workspace_is_taught_its_first_steps(cast: Cast) -> None:
    html = signed_in(cast.owner).get(home(cast)).text
    for words in ("First steps", "Connect a channel", "Write a post", "Goes out next", "Went out lately", "Needs you"):
        assert words in html
    assert "An owner or admin of this workspace does this." in signed_in(cast.editor).get(home(cast)).text


def test_an_outsider_finds_nothing_and_changes_nothing(cast: Cast, owner_dsn: str) -> None:
    rich = make_rich(cast, owner_dsn)
    client = signed_in(cast.outsider)
    assert client.get(home(cast)).status_code == 404
    assert client.post(f"{home(cast)}again/{rich.publications['missed']}/").status_code == 404
    elsewhere = f"/w/{cast.outside_workspace.slug}/"
    assert client.post(f"{elsewhere}again/{rich.publications['missed']}/").status_code == 404
    assert "Evening" not in client.get(elsewhere).text
