"""The way back from a network's pages, and what networks read about us."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client

from postroom.channels.connecting import begin_connection
from postroom.channels.models import Channel, PendingConnection
from postroom.channels.queries import channels
from postroom.networks import registry
from postroom.workspaces.actors import Actor, acting
from tests.channels.toy import Toy
from tests.make.workspaces import Cast


@pytest.fixture
def toy() -> Iterator[Toy]:
    made = Toy()
    registry.add(made.network())
    yield made
    registry._added.pop("toy")


def _begin(actor: Actor, brand_id: object) -> str:
    """Begin a connection; gives the state."""
    way = next(way.name for way in registry.get("toy").connecting.ways if way.begin)
    begun = begin_connection(
        actor=actor, network="toy", way=way, brand_id=brand_id, now=datetime.now(UTC),  # type: ignore[arg-type] # an id
        redirect_uri="http://localhost/channels/return",
    )  # fmt: skip
    return dict(parse_qsl(urlsplit(begun.authorize_url).query))["state"]


def test_the_owner_is_back_and_the_channel_is_there_without_a_session(cast: Cast, toy: Toy) -> None:
    state = _begin(cast.owner, cast.brand.id)
    answer = Client().get("/channels/return", {"state": state, "code": "1"})
    assert (answer.status_code, toy.who.username in answer.text) == (200, True)
    assert "close this page" in answer.text
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert [row.username for row in channels(cast.owner)] == [toy.who.username]
    again = Client().get("/channels/return", {"state": state, "code": "1"})
    assert (again.status_code, "finished already" in again.text) == (404, True)


def test_an_owner_who_said_no_is_told_so(cast: Cast, toy: Toy) -> None:
    state = _begin(cast.owner, cast.brand.id)
    answer = Client().get("/channels/return", {"state": state, "error": "access_denied<script>"})
    assert (answer.status_code, "access_denied&lt;script&gt;" in answer.text) == (400, True)
    assert channels(cast.owner) == []


@pytest.mark.parametrize("query", [{}, {"state": ""}, {"state": "guess", "code": "1"}, {"state": "a\x00b"}])
def test_a_state_that_was_never_given_out_leads_nowhere(cast: Cast, toy: Toy, query: dict[str, str]) -> None:
    assert Client().get("/channels/return", query).status_code == 404
    assert Client().post("/channels/return", query).status_code == 405


def test_late_is_too_late(cast: Cast, toy: Toy) -> None:
    state = _begin(cast.owner, cast.brand.id)
    with acting(cast.owner):
        PendingConnection.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert Client().get("/channels/return", {"state": state, "code": "1"}).status_code == 404
    with acting(cast.owner):
        assert not Channel.objects.exists()


def test_networks_read_our_documents(db: None) -> None:
    answer = Client().get("/networks/bluesky/client-metadata.json")
    said = answer.json()
    assert (answer.status_code, said["client_id"].endswith("/networks/bluesky/client-metadata.json")) == (200, True)
    assert said["redirect_uris"][0].endswith("/channels/return")
    for path in ("bluesky/other.json", "nowhere/client-metadata.json", "sandbox/client-metadata.json"):
        assert Client().get(f"/networks/{path}").status_code == 404
