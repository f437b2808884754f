"""A client that calls the API as a program does: over HTTP's own words, with a key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from postroom.workspaces.actors import Actor
from postroom.workspaces.keys import create_api_key
from postroom.workspaces.models import Role
from tests.make.workspaces import Cast


@dataclass
class Caller:
    """Somebody with a key."""

    raw: str

    def call(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any, Any]:
        """Call, and give status, parsed body and the whole answer."""
        sent = {"Authorization": f"Bearer {self.raw}", **(headers or {})}
        answer = Client(headers=sent).generic(
            method, f"/api/v1{path}", data=_json(body), content_type="application/json"
        )
        return answer.status_code, answer.json() if answer.content else None, answer


def _json(body: object) -> str:
    import orjson

    return "" if body is None else orjson.dumps(body, default=str).decode()


def make_caller(owner: Actor, role: Role = Role.OWNER, **limits: Any) -> Caller:
    """A caller with a new key."""
    made = create_api_key(actor=owner, name="test", role=role, now=datetime.now(UTC), **limits)
    return Caller(made.raw)


@pytest.fixture
def owner(cast: Cast) -> Caller:
    return make_caller(cast.owner)


@pytest.fixture
def viewer(cast: Cast) -> Caller:
    return make_caller(cast.owner, Role.VIEWER)


@pytest.fixture
def outsider(cast: Cast) -> Caller:
    return make_caller(cast.outsider)
