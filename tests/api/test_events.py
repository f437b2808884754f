"""Events and history through the API, and the verb below them."""

from datetime import UTC, datetime

import pytest

from postroom.events.models import Event
from postroom.events.recording import raise_event
from postroom.workspaces.actors import acting
from postroom.workspaces.errors import BadInput, NotAllowed, NotFound
from postroom.workspaces.happenings import resolve_event
from tests.api.conftest import Caller, make_caller
from tests.make.workspaces import Cast


def _event(cast: Cast, **more: object) -> Event:
    with acting(cast.owner):
        return raise_event("test.trouble", "Look", workspace_id=cast.workspace.id, **more)  # type: ignore[arg-type] # a maker takes anything


def test_events_are_listed_and_resolved(cast: Cast, owner: Caller) -> None:
    made = [_event(cast), _event(cast)]
    _, first, _ = owner.call("GET", "/events?limit=1")
    _, second, _ = owner.call("GET", f"/events?limit=1&after={first['next']}")
    assert [row["id"] for row in first["items"] + second["items"]] == [str(made[1].id), str(made[0].id)]
    status, resolved, _ = owner.call("POST", f"/events/{made[0].id}/resolve")
    assert (status, resolved["resolved_by"]) == (200, "agent")
    assert owner.call("POST", f"/events/{made[0].id}/resolve")[1] == resolved
    assert len(owner.call("GET", "/events")[1]["items"]) == 1
    assert len(owner.call("GET", "/events?with_resolved=true")[1]["items"]) == 2


def test_brands_and_roles_narrow_events(cast: Cast, viewer: Caller) -> None:
    theirs = _event(cast, brand_id=cast.other_brand.id)
    narrow = make_caller(cast.owner, brand_ids=[cast.brand.id])
    assert narrow.call("GET", "/events")[1]["items"] == []
    assert narrow.call("POST", f"/events/{theirs.id}/resolve")[0] == 404
    assert viewer.call("GET", "/events")[0] == 200
    assert viewer.call("POST", f"/events/{theirs.id}/resolve")[0] == 403
    assert narrow.call("GET", "/history")[0] == 403


def test_the_history_tells_what_was_done(cast: Cast, owner: Caller) -> None:
    owner.call("PATCH", f"/brands/{cast.brand.id}", {"voice_notes": "Short"})
    _, found, _ = owner.call("GET", f"/history?subject_id={cast.brand.id}&what=brand.edited")
    assert [(row["actor_kind"], row["context"]) for row in found["items"]] == [("api_key", {"fields": ["voice_notes"]})]
    _, first, _ = owner.call("GET", "/history?limit=2")
    _, second, _ = owner.call("GET", f"/history?limit=2&after={first['next']}")
    assert not {row["id"] for row in first["items"]} & {row["id"] for row in second["items"]}
    assert owner.call("GET", "/history?since=yesterday")[0] == 422


@pytest.mark.outsider("workspaces.happenings.resolve_event")
def test_the_outsider_finds_nothing(cast: Cast, outsider: Caller) -> None:
    made = _event(cast)
    assert outsider.call("GET", "/events")[1]["items"] == []
    assert outsider.call("POST", f"/events/{made.id}/resolve")[0] == 404
    assert outsider.call("GET", f"/history?subject_id={cast.brand.id}")[1]["items"] == []
    with pytest.raises(NotFound):
        resolve_event(actor=cast.outsider, event_id=made.id, now=datetime.now(UTC))


@pytest.mark.bad_input("workspaces.happenings.resolve_event")
def test_bad_ids_are_told(cast: Cast) -> None:
    with pytest.raises(BadInput, match="event_id"):
        resolve_event(actor=cast.owner, event_id="x", now=datetime.now(UTC))  # type: ignore[arg-type] # what a door may pass
    with pytest.raises(NotAllowed):
        resolve_event(actor=cast.viewer, event_id=_event(cast).id, now=datetime.now(UTC))
