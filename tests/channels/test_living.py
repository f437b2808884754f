from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postroom.channels import queries
from postroom.channels.checking import NotConnected, check_channel, due_checks, look_at_channel
from postroom.channels.disconnecting import disconnect_channel
from postroom.channels.editing import edit_channel
from postroom.channels.living import NoSuchStep, change_lifecycle
from postroom.channels.models import Channel, ChannelTransition, Credential
from postroom.channels.pausing import pause_channel, resume_channel
from postroom.channels.states import LIFECYCLE, Lifecycle
from postroom.database.tenancy import scope
from postroom.events.models import ActivityLog, ActorKind, Event
from postroom.networks.verdicts import Expired, Limited, Rejected, Retry
from postroom.workspaces.actors import Actor, acting, seeing
from postroom.workspaces.errors import BadInput, Conflict, NotAllowed, NotFound
from postroom.workspaces.permissions import Permission
from tests.channels.toy import Toy
from tests.make.channels import make_channel
from tests.make.workspaces import NOW, Cast

Connect = Callable[..., Channel]


# ------------------------------------------------------------ lifecycle


@pytest.mark.parametrize("before", list(Lifecycle))
def test_a_channel_goes_where_the_graph_lets_it(cast: Cast, before: Lifecycle) -> None:
    channel = make_channel(cast.owner, cast.brand, lifecycle=before)
    for after in Lifecycle:
        wanted: dict[str, Any] = {"actor": cast.owner, "channel_id": channel.id, "to": after, "now": NOW}
        if after in LIFECYCLE[before]:
            assert change_lifecycle(**wanted).lifecycle == after
            with acting(cast.owner):
                Channel.objects.filter(id=channel.id).update(lifecycle=before)
        else:
            with pytest.raises(NoSuchStep):
                change_lifecycle(**wanted)
            assert queries.one_channel(cast.owner, channel.id).lifecycle == before


def test_the_database_writes_each_step_with_who_and_why(cast: Cast) -> None:
    channel = make_channel(cast.owner, cast.brand)
    wanted: dict[str, Any] = {"channel_id": channel.id, "now": NOW}
    change_lifecycle(actor=cast.admin, to="resting", why="tired", context={"days": 3}, **wanted)
    agent = replace(cast.admin, kind=ActorKind.AGENT, api_key_id=uuid4(), user_id=None, name="Robot")
    change_lifecycle(actor=agent, to="active", **wanted)
    keeper = Actor.system(cast.workspace.id, name="Clock", kind=ActorKind.SCHEDULER)
    change_lifecycle(actor=keeper, to="paused", why="night", **wanted)
    with acting(Actor.system(cast.workspace.id).because("by hand")):
        Channel.objects.filter(id=channel.id).update(lifecycle="active")
    steps = [
        (row.from_state, row.to_state, row.actor_kind, row.actor_name, row.reason, row.context)
        for row in queries.transitions(cast.viewer, channel.id)
    ]
    assert steps == [
        ("paused", "active", "system", "Postroom", "by hand", {}),
        ("active", "paused", "scheduler", "Clock", "night", {}),
        ("resting", "active", "agent", "Robot", "", {}),
        ("connected", "resting", "user", cast.admin.name, "tired", {"days": 3}),
    ]
    assert queries.transitions(cast.viewer, channel.id)[3].actor_id == cast.admin.user_id


def test_steps_are_not_altered_afterwards(cast: Cast) -> None:
    channel = make_channel(cast.owner, cast.brand)
    change_lifecycle(actor=cast.owner, channel_id=channel.id, to="active", now=NOW)
    from django.db import ProgrammingError

    with pytest.raises(ProgrammingError), acting(cast.owner):
        ChannelTransition.objects.update(reason="rewritten")
    with pytest.raises(ProgrammingError), acting(cast.owner):
        ChannelTransition.objects.all()._raw_delete("default")


# ------------------------------------------------------------ holding, noting, letting go


def test_a_channel_is_held_and_let_go(cast: Cast) -> None:
    channel = make_channel(cast.owner, cast.brand)
    wanted: dict[str, Any] = {"actor": cast.editor, "channel_id": channel.id, "now": NOW}
    held = pause_channel(why="a storm", **wanted)
    assert (held.paused_at, held.paused_why, held.version) == (NOW, "a storm", 2)
    with pytest.raises(Conflict):
        pause_channel(**wanted)
    assert resume_channel(**wanted).paused_at is None
    with pytest.raises(Conflict):
        resume_channel(**wanted)
    with seeing(cast.owner):
        told = ActivityLog.objects.filter(subject_id=channel.id).order_by("at").values_list("what", "why", "actor_name")
        assert list(told) == [
            ("channel.paused", "a storm", cast.editor.name),
            ("channel.resumed", "", cast.editor.name),
        ]


def test_labels_are_noted_and_an_old_version_is_not_overwritten(cast: Cast) -> None:
    channel = make_channel(cast.owner, cast.brand)
    wanted: dict[str, Any] = {"actor": cast.owner, "channel_id": channel.id, "now": NOW}
    changed = edit_channel(changes={"city": " Kraków ", "tags": ["#a", "b", "a"], "needs_review": True}, **wanted)
    assert (changed.city, changed.tags, changed.needs_review, changed.version) == ("Kraków", ["a", "b"], True, 2)
    with pytest.raises(Conflict, match="version 2"):
        edit_channel(changes={"city": "Łódź"}, version=1, **wanted)


def test_a_channel_is_let_go_with_its_key(cast: Cast, toy: Toy, connect: Connect) -> None:
    channel = connect()
    gone = disconnect_channel(actor=cast.admin, channel_id=channel.id, why="sold", now=NOW)
    assert toy.revoked == ["hush-access-1"]
    assert (gone.revoked_there, gone.note) == (True, "")
    row = queries.one_channel(cast.viewer, channel.id)
    assert (row.status, row.status_reason, row.deleted_at, row.lifecycle) == ("revoked", "sold", NOW, "archived")
    assert queries.channels(cast.viewer) == []
    assert [one.id for one in queries.channels(cast.viewer, gone=True)] == [channel.id]
    with seeing(cast.owner):
        assert not Credential.objects.exists()
        assert Event.objects.get(type="channel.disconnected").channel_id == channel.id
    with pytest.raises(NotFound):
        disconnect_channel(actor=cast.admin, channel_id=channel.id, now=NOW)


@pytest.mark.parametrize("trouble", [Retry("down"), Expired("401"), RuntimeError("ours")], ids=repr)
def test_a_network_that_fails_keeps_no_key_alive_here(cast: Cast, toy: Toy, connect: Connect, trouble: Any) -> None:
    channel = connect()
    toy.trouble = [trouble]
    gone = disconnect_channel(actor=cast.admin, channel_id=channel.id, now=NOW)
    assert not gone.revoked_there
    assert "settings" in gone.note
    with seeing(cast.owner):
        assert not Credential.objects.exists()


def test_a_key_that_does_not_open_is_destroyed_all_the_same(cast: Cast, toy: Toy, connect: Connect) -> None:
    channel = connect()
    with acting(cast.owner):
        Credential.objects.filter(channel=channel).update(sealed=b"\x01 altered")
    assert not disconnect_channel(actor=cast.admin, channel_id=channel.id, now=NOW).revoked_there
    with seeing(cast.owner):
        assert not Credential.objects.exists()


# ------------------------------------------------------------ health


def test_a_check_learns_what_changed(cast: Cast, toy: Toy, connect: Connect) -> None:
    channel = connect()
    toy.who = replace(toy.who, username="ada.new", followers=6, following=None, learned={"text.max": 900})
    checked = check_channel(actor=cast.admin, channel_id=channel.id, now=NOW)
    assert (checked.username, checked.followers, checked.following) == ("ada.new", 6, 3)
    assert (checked.learned, checked.last_synced_at, checked.health) == ({"text.max": 900}, NOW, "healthy")


def test_a_check_renews_a_key_that_is_not_accepted(cast: Cast, toy: Toy, connect: Connect) -> None:
    channel = connect()
    toy.generation = 7
    checked = check_channel(actor=cast.admin, channel_id=channel.id, now=NOW)
    assert (checked.status, checked.health) == ("active", "healthy")
    assert len(toy.refreshes) == 1


@pytest.mark.parametrize(
    ("trouble", "after"),
    [
        ([Retry("down")], ("active", "degraded")),
        ([Limited("slow")], ("active", "degraded")),
        ([Rejected("no such page")], ("active", "unhealthy")),
        ([Expired("401"), Retry("down")], ("active", "degraded")),
        ([Expired("401"), Rejected("invalid_grant")], ("expired", "unhealthy")),
        ([Expired("suspended", refreshable=False)], ("expired", "unhealthy")),
    ],
)
def test_what_a_check_meets_is_noted(
    cast: Cast, toy: Toy, connect: Connect, trouble: list[Any], after: tuple[str, str]
) -> None:
    channel = connect()
    toy.trouble = [*trouble]
    checked = check_channel(actor=cast.admin, channel_id=channel.id, now=NOW)
    assert (checked.status, checked.health, checked.error_count) == (*after, 1)
    assert checked.last_error == trouble[-1].why
    toy.trouble = []
    if after[0] == "active":
        again = check_channel(actor=cast.admin, channel_id=channel.id, now=NOW)
        assert (again.health, again.error_count) == ("healthy", 0)


def test_a_key_that_opens_another_account_is_an_error(cast: Cast, toy: Toy, connect: Connect) -> None:
    channel = connect()
    toy.who = replace(toy.who, network_user_id="id-2", username="mallory")
    checked = check_channel(actor=cast.admin, channel_id=channel.id, now=NOW)
    assert (checked.status, checked.username) == ("error", "ada")
    assert "mallory" in checked.status_reason


def test_what_was_not_looked_at_is_due(cast: Cast, toy: Toy, connect: Connect) -> None:
    old, fresh, gone = (make_channel(cast.owner, cast.brand, network="toy") for _ in range(3))
    with acting(cast.owner):
        Channel.objects.filter(id=fresh.id).update(last_synced_at=NOW)
    disconnect_channel(actor=cast.owner, channel_id=gone.id, now=NOW)
    with scope(workspace_id=cast.workspace.id):
        assert due_checks(NOW) == [(cast.workspace.id, old.id)]
    toy.trouble = [Rejected("broken")]
    check_channel(actor=cast.owner, channel_id=old.id, now=NOW)
    with scope(workspace_id=cast.workspace.id):
        assert due_checks(NOW) == []


def test_a_channel_without_a_key_is_not_checked(cast: Cast) -> None:
    channel = make_channel(cast.owner, cast.brand)
    with acting(cast.owner):
        Credential.objects.all().delete()
    with pytest.raises(NotConnected):
        check_channel(actor=cast.owner, channel_id=channel.id, now=NOW)


# ------------------------------------------------------------ questions


def test_lists_are_paged_filtered_and_limited_to_brands(cast: Cast) -> None:
    made = [make_channel(cast.owner, cast.brand) for _ in range(3)]
    other = make_channel(cast.owner, cast.other_brand, status="expired")
    make_channel(cast.outsider, cast.outside_brand)
    assert [row.id for row in queries.channels(cast.viewer)] == [*(one.id for one in made), other.id]
    assert [row.id for row in queries.channels(cast.viewer, after=made[0].id, limit=1)] == [made[1].id]
    assert [row.id for row in queries.channels(cast.viewer, brand_id=cast.other_brand.id)] == [other.id]
    assert [row.id for row in queries.channels(cast.viewer, status="expired")] == [other.id]
    limited = replace(cast.viewer, brand_ids=frozenset({cast.other_brand.id}))
    assert [row.id for row in queries.channels(limited)] == [other.id]
    with pytest.raises(NotFound):
        queries.one_channel(limited, made[0].id)
    with pytest.raises(NotFound):
        queries.transitions(limited, made[0].id)


def test_ways_to_connect_are_told(toy: Toy) -> None:
    found = {way.name: way for way in queries.ways_to_connect("toy")}
    assert [way.redirects for way in found.values()] == [True, True, False]
    assert [way.needs_app for way in found.values()] == [False, True, False]
    with pytest.raises(BadInput):
        queries.ways_to_connect("nowhere")


# ------------------------------------------------------------ outsiders, bad input

VERBS: dict[str, Callable[..., Any]] = {
    "pause": pause_channel,
    "resume": resume_channel,
    "live": lambda **wanted: change_lifecycle(to="active", **wanted),
    "edit": lambda **wanted: edit_channel(changes={"city": "x"}, **wanted),
    "disconnect": disconnect_channel,
    "check": check_channel,
}


@pytest.mark.outsider(
    "channels.pausing.pause_channel",
    "channels.pausing.resume_channel",
    "channels.living.change_lifecycle",
    "channels.editing.edit_channel",
    "channels.disconnecting.disconnect_channel",
    "channels.checking.check_channel",
    "channels.checking.look_at_channel",
)
@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_an_outsider_changes_no_channel(cast: Cast, toy: Toy, connect: Connect, verb: Callable[..., Any]) -> None:
    channel = connect()
    before = queries.one_channel(cast.owner, channel.id)
    with pytest.raises(NotFound):
        verb(actor=cast.outsider, channel_id=channel.id, now=NOW)
    blind = replace(cast.owner, brand_ids=frozenset({cast.other_brand.id}))
    with pytest.raises(NotFound):
        verb(actor=blind, channel_id=channel.id, now=NOW)
    with pytest.raises(NotAllowed):
        verb(actor=cast.viewer, channel_id=channel.id, now=NOW)
    assert queries.one_channel(cast.owner, channel.id) == before
    assert look_at_channel is not None


@pytest.mark.bad_input(
    "channels.pausing.pause_channel",
    "channels.pausing.resume_channel",
    "channels.living.change_lifecycle",
    "channels.editing.edit_channel",
    "channels.disconnecting.disconnect_channel",
    "channels.checking.check_channel",
    "channels.checking.look_at_channel",
)
@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_what_is_no_channel_is_not_changed(cast: Cast, verb: Callable[..., Any]) -> None:
    for channel_id, error in [(uuid4(), NotFound), ("nonsense", BadInput), (None, BadInput), ("", BadInput)]:
        with pytest.raises(error):
            verb(actor=cast.owner, channel_id=channel_id, now=NOW)


def test_words_that_do_not_fit_are_refused(cast: Cast) -> None:
    channel = make_channel(cast.owner, cast.brand)
    wanted: dict[str, Any] = {"actor": cast.owner, "channel_id": channel.id, "now": NOW}
    for why in ("x" * 501, "a\x00b", 7):
        for verb in (VERBS["pause"], VERBS["resume"], VERBS["disconnect"]):
            with pytest.raises(BadInput):
                verb(**wanted, why=why)
    with pytest.raises(BadInput):
        change_lifecycle(to="asleep", **wanted)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(
    name=st.sampled_from(["city", "campus", "niche_label", "tags", "needs_review", "username", "network", "status"]),
    value=st.one_of(
        st.none(), st.integers(), st.text(min_size=201), st.lists(st.text(min_size=101), min_size=1), st.just("\x00")
    ),
)
def test_no_field_takes_what_does_not_fit(cast: Cast, name: str, value: object) -> None:
    wanted: dict[str, Any] = {"actor": cast.owner, "channel_id": uuid4(), "now": NOW}
    with pytest.raises(BadInput):
        edit_channel(changes={name: value}, **wanted)


def test_who_may_do_what_to_channels(cast: Cast) -> None:
    may = {role: actor.may(Permission.CHANNELS_CONNECT) for role, actor in cast.everybody().items()}
    assert [role.value for role, allowed in may.items() if allowed] == ["owner", "admin"]
