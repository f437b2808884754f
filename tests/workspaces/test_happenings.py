from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from postroom.events.models import Event
from postroom.events.recording import raise_event
from postroom.workspaces.actors import acting
from postroom.workspaces.errors import BadInput, NotAllowed, NotFound
from postroom.workspaces.happenings import events_to_look_at, history, resolve_event
from tests.make.workspaces import NOW, Cast


def raised(cast: Cast) -> Event:
    with acting(cast.owner):
        return raise_event("brand.odd", "Look here", workspace_id=cast.workspace.id, brand_id=cast.brand.id)


def test_an_event_is_looked_at_once(cast: Cast) -> None:
    event = raised(cast)
    assert [one.id for one in events_to_look_at(cast.viewer)] == [event.id]
    done = resolve_event(actor=cast.editor, event_id=event.id, now=NOW)
    assert (done.resolved_at, done.resolved_by, done.resolved_by_id) == (NOW, "person", cast.editor.user_id)
    assert resolve_event(actor=cast.owner, event_id=event.id, now=NOW + timedelta(days=1)).resolved_at == NOW
    assert events_to_look_at(cast.viewer) == []
    told = history(cast.viewer, what="event.resolved")
    assert [(one.subject_id, one.actor_name) for one in told] == [(event.id, cast.editor.name)]


@pytest.mark.outsider("workspaces.happenings.resolve_event")
def test_an_outsider_resolves_and_sees_nothing(cast: Cast) -> None:
    event = raised(cast)
    blind = replace(cast.editor, brand_ids=frozenset({cast.other_brand.id}))
    for actor in (cast.outsider, blind):
        with pytest.raises(NotFound):
            resolve_event(actor=actor, event_id=event.id, now=NOW)
        assert events_to_look_at(actor) == []
    with pytest.raises(NotAllowed):
        resolve_event(actor=cast.viewer, event_id=event.id, now=NOW)
    with pytest.raises(NotAllowed):
        history(blind)
    assert not {one.subject_id for one in history(cast.outsider)} & {one.subject_id for one in history(cast.owner)}
    assert [one.id for one in events_to_look_at(cast.owner)] == [event.id]


@pytest.mark.bad_input("workspaces.happenings.resolve_event")
def test_what_is_no_event_is_not_resolved(cast: Cast) -> None:
    for event_id, error in [(uuid4(), NotFound), ("nonsense", BadInput), (None, BadInput)]:
        with pytest.raises(error):
            resolve_event(actor=cast.owner, event_id=event_id, now=NOW)  # type: ignore[arg-type] # what a door may pass
