"""What holds a publication back besides its own state is told with it: its lane's hold, or its app's."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest

from postroom.channels.models import Channel
from postroom.publishing import listing
from postroom.publishing.models import AppHold, Lane
from postroom.publishing.planning import Plan
from postroom.publishing.timing import At
from postroom.workspaces.actors import acting
from tests.make.posts import make_post, make_silent_channel
from tests.make.workspaces import Cast

SOON = datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture
def channel(cast: Cast) -> Channel:
    return make_silent_channel(cast.owner, cast.brand, server="https://one.test")


@pytest.fixture
def plan(cast: Cast, channel: Channel) -> Plan:
    return make_post(cast.editor, cast.brand, channel, when=At(SOON), now=datetime.now(UTC))


def _told(cast: Cast, plan: Plan) -> tuple[str | None, str]:
    shown = orjson.loads(listing.show_publication(cast.viewer, publication_id=plan.publications[0].id).body)
    return shown["held_until"], shown["held_why"]


def _hold_app(cast: Cast, *, server: str, until: datetime, why: str) -> None:
    with acting(cast.owner):
        AppHold.objects.create(
            workspace_id=cast.owner.workspace_id, network="bluesky", server=server, until=until, why=why
        )


def test_nothing_holds_it(cast: Cast, plan: Plan) -> None:
    assert _told(cast, plan) == (None, "")


def test_the_later_of_two_holds_is_told(cast: Cast, channel: Channel, plan: Plan) -> None:
    with acting(cast.owner):
        Lane.objects.filter(channel_id=channel.id).update(hold_until=SOON, hold_why="slow down")
    assert _told(cast, plan)[1] == "slow down"
    _hold_app(cast, server="https://two.test", until=SOON + timedelta(days=2), why="another server's app")
    _hold_app(cast, server="https://one.test", until=SOON + timedelta(days=1), why="the whole app")
    until, why = _told(cast, plan)
    assert why == "the whole app"
    assert until
    assert datetime.fromisoformat(until) == SOON + timedelta(days=1)


def test_a_hold_that_has_passed_and_one_of_what_is_done_are_not_told(cast: Cast, channel: Channel, plan: Plan) -> None:
    _hold_app(cast, server="https://one.test", until=SOON - timedelta(days=1), why="yesterday")
    assert _told(cast, plan) == (None, "")
    idle = make_post(cast.editor, cast.brand, channel)
    _hold_app(cast, server="", until=SOON, why="no server")
    with acting(cast.owner):
        AppHold.objects.filter(server="https://one.test").update(until=SOON, why="now")
    assert _told(cast, plan)[1] == "now"
    assert _told(cast, idle) == (None, "")
