from collections.abc import Callable, Iterator

import pytest

from postroom.channels.connecting import connect_directly
from postroom.channels.models import Channel
from postroom.networks import registry
from tests.channels.toy import Toy
from tests.make.workspaces import NOW, Cast


@pytest.fixture
def toy() -> Iterator[Toy]:
    """A toy network, known to the registry while the test runs."""
    made = Toy()
    registry.add(made.network())
    yield made
    registry._added.pop("toy")


@pytest.fixture
def connect(cast: Cast, toy: Toy) -> Callable[..., Channel]:
    """Connect an account of the toy network."""

    def connected(**wanted: object) -> Channel:
        fields = {"handle": toy.who.username, "password": "hush-password"}
        given = {"actor": cast.owner, "brand_id": cast.brand.id, "fields": fields, "now": NOW, **wanted}
        return connect_directly(network="toy", way="password", **given)  # type: ignore[arg-type] # a maker takes anything

    return connected
