"""Whatever is sent, as the description allows it or not, has an answer in which nothing of ours is at fault."""

from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from postroom.api.door import api
from postroom.events.recording import raise_event
from postroom.workspaces.actors import acting
from tests.api.conftest import Caller
from tests.make.posts import make_post, make_silent_channel
from tests.make.workspaces import Cast

SCHEMA = schemathesis.openapi.from_dict(api.get_openapi_schema())
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]


@pytest.fixture
def ids(cast: Cast) -> dict[str, str]:
    """Things that are there, by the names addresses have for them."""
    channel = make_silent_channel(cast.owner, cast.brand)
    plan = make_post(cast.owner, cast.brand, channel)
    with acting(cast.owner):
        event = raise_event("test.trouble", "Look", workspace_id=cast.workspace.id)
    known: dict[str, Any] = {
        "brand_id": cast.brand.id,
        "channel_id": channel.id,
        "post_id": plan.post.id,
        "publication_id": plan.publications[0].id,
        "user_id": cast.viewer.user_id,
        "event_id": event.id,
        "network": "bluesky",
    }
    return {name: str(value) for name, value in known.items()}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: f"{one.method} {one.path}")
def test_no_input_is_our_fault(operation: Any, ids: dict[str, str], owner: Caller) -> None:
    wanted = st.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )

    @settings(
        max_examples=8,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=wanted, is_there=st.booleans())
    def run(case: Any, *, is_there: bool) -> None:
        if is_there:
            case.path_parameters |= {name: ids[name] for name in case.path_parameters if name in ids}
        made = requests.Request(**case.as_transport_kwargs(base_url="http://localhost")).prepare()
        parts = urlsplit(str(made.url))
        answer = Client(headers={"Authorization": f"Bearer {owner.raw}"}, raise_request_exception=False).generic(
            str(made.method),
            parts.path,
            made.body or b"",
            content_type=str(made.headers.get("Content-Type", "application/json")),
            QUERY_STRING=parts.query,
        )
        assert answer.status_code < 500, (made.method, made.url, made.body, answer.content[:300])

    run()
