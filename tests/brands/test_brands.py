from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postroom.brands import queries
from postroom.brands.editing import (
    SlugTaken,
    activate_brand,
    create_brand,
    deactivate_brand,
    edit_brand,
    pause_brand,
    resume_brand,
)
from postroom.brands.models import Brand, PostingSlot
from postroom.brands.niches import NicheThere, create_niche, edit_niche
from postroom.brands.slots import set_slots
from postroom.events.models import ActivityLog
from postroom.workspaces.actors import seeing
from postroom.workspaces.errors import BadInput, Conflict, NotAllowed, NotFound
from postroom.workspaces.founding import edit_workspace
from tests.make.brands import make_brand, make_slots
from tests.make.workspaces import NOW, Cast


def test_a_brand_takes_its_zone_from_the_workspace_and_its_slug_from_its_name(cast: Cast) -> None:
    edit_workspace(actor=cast.owner, time_zone="Europe/Lisbon", now=NOW)
    brand = create_brand(actor=cast.admin, name=" Café  Ünïque ", now=NOW)
    assert (brand.name, brand.slug, brand.time_zone) == ("Café  Ünïque", "cafe-unique", "Europe/Lisbon")
    assert (brand.status, brand.daily_post_limit, brand.version) == ("active", 100, 1)


def test_slugs_are_made_unique_in_their_workspace(cast: Cast) -> None:
    slugs = [create_brand(actor=cast.owner, name=name, now=NOW).slug for name in ("Twin", "twin!", "TWIN", "日本", "…")]
    assert slugs == ["twin", "twin-2", "twin-3", "brand", "brand-2"]
    assert create_brand(actor=cast.outsider, name="Twin", now=NOW).slug == "twin"
    with pytest.raises(SlugTaken):
        create_brand(actor=cast.owner, name="Other", slug="twin", now=NOW)
    with pytest.raises(SlugTaken):
        edit_brand(actor=cast.owner, brand_id=cast.brand.id, changes={"slug": "twin"}, now=NOW)


def test_a_brand_is_edited_and_an_old_version_is_not_overwritten(cast: Cast) -> None:
    niche = create_niche(actor=cast.owner, name="True crime", now=NOW)
    changes = {
        "description": "All about stamps",
        "niche_id": str(niche.id),
        "default_hashtags": ["#post", "post", "stamps"],
        "daily_post_limit": 1000,
        "time_zone": "America/Sao_Paulo",
        "utm_defaults": {"utm_source": "postroom"},
    }
    brand = edit_brand(actor=cast.owner, brand_id=cast.brand.id, changes=changes, now=NOW, version=1)
    assert (brand.default_hashtags, brand.niche_id, brand.version) == (["post", "stamps"], niche.id, 2)
    with pytest.raises(Conflict, match="version 2"):
        edit_brand(actor=cast.owner, brand_id=cast.brand.id, changes={"name": "Late"}, now=NOW, version=1)
    with seeing(cast.owner):
        told = ActivityLog.objects.get(subject_id=brand.id, what="brand.edited")
    assert told.context["fields"] == sorted(changes)
    assert edit_brand(actor=cast.owner, brand_id=brand.id, changes={"niche_id": None}, now=NOW).niche_id is None


def test_a_brand_is_held_and_put_out_of_use(cast: Cast) -> None:
    wanted: dict[str, Any] = {"brand_id": cast.brand.id, "now": NOW}
    held = pause_brand(actor=cast.editor, why="a storm", **wanted)
    assert (held.status, held.status_reason) == ("paused", "a storm")
    with pytest.raises(Conflict):
        pause_brand(actor=cast.editor, **wanted)
    with pytest.raises(Conflict):
        activate_brand(actor=cast.owner, **wanted)
    assert resume_brand(actor=cast.editor, **wanted).status == "active"
    with pytest.raises(Conflict):
        resume_brand(actor=cast.editor, **wanted)
    with pytest.raises(NotAllowed):
        deactivate_brand(actor=cast.editor, **wanted)
    assert deactivate_brand(actor=cast.owner, **wanted).status == "inactive"
    with pytest.raises(Conflict):
        deactivate_brand(actor=cast.owner, **wanted)
    with pytest.raises(Conflict):
        resume_brand(actor=cast.owner, **wanted)
    assert activate_brand(actor=cast.owner, **wanted).status == "active"
    with seeing(cast.owner):
        told = ActivityLog.objects.filter(subject_id=cast.brand.id, what="brand.status").order_by("at")
        assert [(one.context["to"], one.why, one.actor_name) for one in told][:2] == [
            ("paused", "a storm", cast.editor.name),
            ("active", "", cast.editor.name),
        ]


def test_lists_show_the_brands_somebody_sees(cast: Cast) -> None:
    pause_brand(actor=cast.owner, brand_id=cast.brand.id, now=NOW)
    both = [cast.brand.id, cast.other_brand.id]
    assert [brand.id for brand in queries.brands(cast.viewer)] == both
    assert [brand.id for brand in queries.brands(cast.viewer, after=both[0], limit=1)] == both[1:]
    assert [brand.id for brand in queries.brands(cast.viewer, status="paused")] == both[:1]
    limited = replace(cast.viewer, brand_ids=frozenset(both[1:]))
    assert [brand.id for brand in queries.brands(limited)] == both[1:]
    with pytest.raises(NotFound):
        queries.one_brand(limited, both[0])
    with pytest.raises(NotFound):
        queries.brand_by_slug(limited, "first-brand")
    assert queries.brand_by_slug(cast.viewer, "first-brand").id == both[0]


def test_niches_are_made_once(cast: Cast) -> None:
    niche = create_niche(actor=cast.owner, name="True crime", tier=2, now=NOW)
    with pytest.raises(NicheThere):
        create_niche(actor=cast.owner, name="True Crime!", now=NOW)
    changed = edit_niche(actor=cast.owner, niche_id=niche.id, changes={"status": "inactive", "tier": 3}, now=NOW)
    assert (changed.status, changed.tier, changed.slug) == ("inactive", 3, "true-crime")
    assert [one.name for one in queries.niches(cast.viewer)] == ["True crime"]


VERBS: dict[str, Callable[..., Any]] = {
    "edit": lambda **wanted: edit_brand(changes={"name": "Mine now"}, **wanted),
    "pause": pause_brand,
    "resume": resume_brand,
    "deactivate": deactivate_brand,
    "activate": activate_brand,
    "slots": lambda **wanted: set_slots(times=[], **wanted),
}


@pytest.mark.outsider(
    "brands.editing.create_brand",
    "brands.editing.edit_brand",
    "brands.editing.pause_brand",
    "brands.editing.resume_brand",
    "brands.editing.deactivate_brand",
    "brands.editing.activate_brand",
    "brands.slots.set_slots",
    "brands.niches.create_niche",
    "brands.niches.edit_niche",
)
def test_an_outsider_changes_no_brand(cast: Cast) -> None:
    make_slots(cast.owner, cast.brand, (0, "09:00"))
    niche = create_niche(actor=cast.owner, name="Ours", now=NOW)
    for verb in VERBS.values():
        with pytest.raises(NotFound):
            verb(actor=cast.outsider, brand_id=cast.brand.id, now=NOW)
        blind = replace(cast.owner, brand_ids=frozenset({cast.other_brand.id}))
        with pytest.raises(NotFound):
            verb(actor=blind, brand_id=cast.brand.id, now=NOW)
        with pytest.raises(NotAllowed):
            verb(actor=cast.viewer, brand_id=cast.brand.id, now=NOW)
    with pytest.raises(NotFound):
        edit_niche(actor=cast.outsider, niche_id=niche.id, changes={"tier": 1}, now=NOW)
    with pytest.raises(NotFound):
        create_brand(actor=cast.outsider, name="Thief", niche_id=niche.id, now=NOW)
    create_niche(actor=cast.outsider, name="Ours", now=NOW)
    assert len(queries.niches(cast.owner)) == 1
    assert queries.one_brand(cast.owner, cast.brand.id).version == 1
    assert len(queries.slots(cast.owner, cast.brand.id)) == 1
    with pytest.raises(NotFound):
        queries.slots(cast.outsider, cast.brand.id)
    with pytest.raises(NotFound):
        queries.next_free_slot(cast.outsider, cast.brand.id, after=NOW)
    with seeing(cast.outsider):
        assert not Brand.objects.filter(id=cast.brand.id).exists()
        assert not PostingSlot.objects.exists()


def test_only_who_may_makes_brands(cast: Cast) -> None:
    for actor in (cast.editor, cast.approver, cast.viewer, replace(cast.admin, brand_ids=frozenset({cast.brand.id}))):
        with pytest.raises(NotAllowed):
            create_brand(actor=actor, name="New", now=NOW)
    for actor in (cast.editor, cast.viewer):
        with pytest.raises(NotAllowed):
            create_niche(actor=actor, name="New", now=NOW)


BAD: dict[str, list[Any]] = {
    "name": ["", "  ", "x" * 201, "a\x00b", None, 7],
    "slug": ["", "Has Space", "UPPER", "a/b", "x" * 81, None],
    "description": ["x" * 5001, None],
    "niche_id": ["nonsense", 7],
    "voice_notes": ["x" * 20_001],
    "default_hashtags": ["#one", ["x" * 101], [""], [1], ["tag"] * 31, None],
    "daily_post_limit": [0, -1, 1001, 10**30, 1.5, "5", True, None],
    "time_zone": ["Mars/Olympus", "europe/berlin", "", "../../etc/passwd", "localtime", None, 1],
    "utm_defaults": [[], {"a": 1}, {str(n): "x" for n in range(11)}],
    "logo_url": ["javascript:alert(1)", "x" * 2001],
    "status": ["active"],
    "surprise": ["x"],
}


@pytest.mark.bad_input("brands.editing.create_brand", "brands.editing.edit_brand")
@pytest.mark.parametrize("field", BAD)
def test_no_field_takes_what_does_not_fit(cast: Cast, field: str) -> None:
    for value in BAD[field]:
        with pytest.raises(BadInput) as caught:
            edit_brand(actor=cast.owner, brand_id=cast.brand.id, changes={field: value}, now=NOW)
        assert caught.value.field.startswith(field)
        assert caught.value.allowed
        with pytest.raises(BadInput):
            create_brand(actor=cast.owner, now=NOW, **{"name": "New", field: value})
    assert len(queries.brands(cast.owner)) == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(name=st.text(max_size=250))
def test_any_name_is_taken_or_refused_in_words(cast: Cast, name: str) -> None:
    with suppress(BadInput):
        brand = create_brand(actor=cast.owner, name=name, now=NOW)
        assert queries.one_brand(cast.owner, brand.id).name == name.strip()


@pytest.mark.bad_input(
    "brands.editing.pause_brand",
    "brands.editing.resume_brand",
    "brands.editing.deactivate_brand",
    "brands.editing.activate_brand",
    "brands.niches.create_niche",
    "brands.niches.edit_niche",
)
def test_what_is_no_brand_is_not_changed(cast: Cast) -> None:
    for verb in VERBS.values():
        for brand_id, error in [(uuid4(), NotFound), ("nonsense", BadInput), (None, BadInput)]:
            with pytest.raises(error):
                verb(actor=cast.owner, brand_id=brand_id, now=NOW)
    for name in ("pause", "resume", "deactivate", "activate"):
        with pytest.raises(BadInput):
            VERBS[name](actor=cast.owner, brand_id=cast.brand.id, why="x" * 501, now=NOW)
    with pytest.raises(NotFound):
        edit_brand(actor=cast.owner, brand_id=cast.brand.id, changes={"niche_id": str(uuid4())}, now=NOW)
    for wanted in ({"name": ""}, {"name": "x", "tier": 0}, {"name": "x", "tier": "high"}):
        with pytest.raises(BadInput):
            create_niche(actor=cast.owner, now=NOW, **wanted)
    niche = create_niche(actor=cast.owner, name="x", now=NOW)
    for changes in ({"status": "asleep"}, {"slug": "x"}):
        with pytest.raises(BadInput):
            edit_niche(actor=cast.owner, niche_id=niche.id, changes=changes, now=NOW)
    with pytest.raises(NotFound):
        edit_niche(actor=cast.owner, niche_id=uuid4(), changes={}, now=NOW)


def test_makers_make(cast: Cast) -> None:
    assert make_brand(cast.owner, daily_post_limit=3).daily_post_limit == 3
