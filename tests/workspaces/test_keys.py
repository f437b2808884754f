from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postroom.events.models import ActorKind, Event
from postroom.workspaces import keys, queries
from postroom.workspaces.actors import Actor, seeing
from postroom.workspaces.errors import BadInput, NotAllowed, NotFound
from postroom.workspaces.keys import TRUSTED_FOR, actor_of_key, create_api_key, revoke_api_key
from postroom.workspaces.members import remove_member
from postroom.workspaces.models import ApiKey, Role
from tests.make.workspaces import NOW, Cast

SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> None:
    keys._known.clear()


def last_used(cast: Cast) -> datetime | None:
    with seeing(cast.owner):
        return ApiKey.objects.get().last_used_at


def test_a_key_acts_with_its_own_role_scopes_and_brands(cast: Cast) -> None:
    made = create_api_key(
        actor=cast.owner,
        name="Robot",
        role="editor",
        scopes=["posts.read", "posts.write"],
        brand_ids=[cast.brand.id],
        is_agent=True,
        now=NOW,
    )
    assert made.raw.startswith(f"pr_{made.key.prefix}_")
    assert actor_of_key(made.raw, NOW) == Actor(
        kind=ActorKind.AGENT,
        workspace_id=cast.workspace.id,
        role=Role.EDITOR,
        name="Robot",
        api_key_id=made.key.id,
        scopes=frozenset({"posts.read", "posts.write"}),
        brand_ids=frozenset({cast.brand.id}),
    )


def test_a_key_is_shown_once_and_kept_as_a_hash(cast: Cast) -> None:
    made = create_api_key(actor=cast.owner, name="Robot", now=NOW)
    secret = made.raw.rsplit("_", 1)[1]
    assert secret not in repr(made)
    with seeing(cast.owner):
        kept = ApiKey.objects.values().get()
    assert secret not in str({**kept, "hash": bytes(kept["hash"])})
    assert len(bytes(kept["hash"])) == 32
    assert [key.name for key in queries.api_keys(cast.admin)] == ["Robot"]


def test_a_known_key_costs_no_round_trip_and_a_new_one_costs_one(cast: Cast) -> None:
    made = create_api_key(actor=cast.owner, name="Robot", now=NOW)
    actor_of_key(made.raw, NOW)
    keys._known.clear()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert actor_of_key(made.raw, NOW + SECOND)
    assert len(asked) == 1
    with CaptureQueriesContext(connection) as asked:
        assert actor_of_key(made.raw, NOW + 2 * SECOND)
    assert len(asked) == 0
    with CaptureQueriesContext(connection) as asked:
        assert actor_of_key(made.raw, NOW + SECOND + TRUSTED_FOR)
    assert len(asked) == 1


def test_its_use_is_noted_once_a_minute(cast: Cast) -> None:
    made = create_api_key(actor=cast.owner, name="Robot", now=NOW)
    assert last_used(cast) is None
    for seconds, noted in [(0, 0), (6, 0), (50, 0), (61, 61), (90, 61), (200, 200)]:
        actor_of_key(made.raw, NOW + seconds * SECOND)
        assert last_used(cast) == NOW + noted * SECOND


def test_a_revoked_key_ends_here_at_once_and_elsewhere_soon(cast: Cast) -> None:
    made = create_api_key(actor=cast.owner, name="Robot", now=NOW)
    assert actor_of_key(made.raw, NOW)
    elsewhere = dict(keys._known)
    revoke_api_key(actor=cast.admin, key_id=made.key.id, now=NOW)
    assert actor_of_key(made.raw, NOW) is None
    keys._known.update(elsewhere)
    assert actor_of_key(made.raw, NOW + TRUSTED_FOR - SECOND)
    assert actor_of_key(made.raw, NOW + TRUSTED_FOR) is None
    with pytest.raises(NotFound):
        revoke_api_key(actor=cast.admin, key_id=made.key.id, now=NOW)
    assert queries.api_keys(cast.owner) == []
    assert len(queries.api_keys(cast.owner, revoked=True)) == 1


def test_an_expired_key_ends_at_its_moment_even_while_it_is_trusted(cast: Cast) -> None:
    made = create_api_key(actor=cast.owner, name="Robot", expires_at=NOW + SECOND, now=NOW)
    assert actor_of_key(made.raw, NOW)
    assert actor_of_key(made.raw, NOW + SECOND) is None
    assert actor_of_key(made.raw, NOW + timedelta(days=1)) is None


def test_the_right_prefix_is_not_enough(cast: Cast) -> None:
    made = create_api_key(actor=cast.owner, name="Robot", now=NOW)
    prefix = f"pr_{made.key.prefix}_"
    for raw in (prefix, prefix + "x" * 43, made.raw + "x", made.raw[:-1], made.raw.upper(), "pr__", "pr_", ""):
        assert actor_of_key(raw, NOW) is None
    assert last_used(cast) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(raw=st.one_of(st.text(), st.text().map("pr_".__add__), st.text(min_size=150).map("pr_a_".__add__)))
def test_nonsense_is_nobody(db: None, raw: str) -> None:
    assert actor_of_key(raw, NOW) is None


def test_memory_stays_small(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_REMEMBERED", 2)
    for number in range(4):
        actor_of_key(create_api_key(actor=cast.owner, name=f"Robot {number}", now=NOW).raw, NOW)
    assert len(keys._known) == 2


def test_a_key_may_nothing_that_its_maker_may_not(cast: Cast) -> None:
    limited = replace(cast.admin, brand_ids=frozenset({cast.brand.id}))
    scoped = replace(cast.admin, scopes=frozenset({"keys.edit", "posts.read"}))
    with pytest.raises(NotAllowed):
        create_api_key(actor=cast.admin, name="x", role="owner", now=NOW)
    with pytest.raises(NotAllowed):
        create_api_key(actor=limited, name="x", brand_ids=[cast.other_brand.id], now=NOW)
    with pytest.raises(NotAllowed):
        create_api_key(actor=scoped, name="x", scopes=["posts.write"], now=NOW)
    for actor in (limited, scoped):
        made = create_api_key(actor=actor, name="x", now=NOW)
        became = actor_of_key(made.raw, NOW)
        assert became
        assert (became.brand_ids, became.scopes) == (actor.brand_ids, actor.scopes)
    for actor in (cast.editor, cast.approver, cast.viewer):
        with pytest.raises(NotAllowed):
            create_api_key(actor=actor, name="x", now=NOW)


@pytest.mark.bad_input("workspaces.keys.create_api_key", "workspaces.keys.revoke_api_key")
def test_keys_that_do_not_fit_are_refused(cast: Cast) -> None:
    bad: list[dict[str, Any]] = [
        {"name": ""},
        {"name": "x" * 201},
        {"role": "king"},
        {"scopes": ["everything"]},
        {"scopes": "posts.read"},
        {"brand_ids": ["nonsense"]},
        {"expires_at": NOW},
        {"expires_at": NOW.replace(tzinfo=None)},
    ]
    for wanted in bad:
        with pytest.raises(BadInput):
            create_api_key(actor=cast.owner, now=NOW, **{"name": "x", **wanted})
    for key_id, error in [(uuid4(), NotFound), ("nonsense", BadInput)]:
        with pytest.raises(error):
            revoke_api_key(actor=cast.owner, key_id=key_id, now=NOW)  # type: ignore[arg-type] # what a door may pass


@pytest.mark.outsider("workspaces.keys.create_api_key", "workspaces.keys.revoke_api_key")
def test_an_outsiders_key_opens_their_own_workspace_only(cast: Cast) -> None:
    ours = create_api_key(actor=cast.owner, name="Ours", now=NOW)
    theirs = create_api_key(actor=cast.outsider, name="Theirs", now=NOW)
    became = actor_of_key(theirs.raw, NOW)
    assert became
    assert became.workspace_id == cast.outside_workspace.id
    with pytest.raises(NotFound):
        revoke_api_key(actor=cast.outsider, key_id=ours.key.id, now=NOW)
    assert [key.name for key in queries.api_keys(cast.owner)] == ["Ours"]


def test_keys_outlive_who_made_them_and_somebody_is_told(cast: Cast) -> None:
    made = create_api_key(actor=cast.admin, name="Robot", now=NOW)
    assert cast.admin.user_id
    remove_member(actor=cast.owner, user_id=cast.admin.user_id, now=NOW)
    assert actor_of_key(made.raw, NOW)
    with seeing(cast.owner):
        assert "Robot" in Event.objects.get(type="api_key.maker_left").message
