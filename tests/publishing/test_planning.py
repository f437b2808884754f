"""Posts on channels: variants, what fits, times, and what is too late."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.channels.models import Channel
from postroom.events.models import ActivityLog
from postroom.library.models import Rendition
from postroom.posts.content import ItemOf, MediaOf, Writing
from postroom.posts.models import Post
from postroom.posts.writing import NotEditable, remove_post
from postroom.publishing import listing, planning, revising, scheduling, settling
from postroom.publishing.changing import TooLate
from postroom.publishing.fitting import DoesNotFit
from postroom.publishing.models import Lane, Publication
from postroom.publishing.planning import Plan, Variant
from postroom.publishing.timing import At, NextSlot, Now, moment_of, read_when
from postroom.workspaces.actors import Actor, acting
from postroom.workspaces.errors import BadInput, Conflict, NotFound
from tests.make.brands import make_slots
from tests.make.library import encoded, make_asset, noise
from tests.make.posts import NOW, make_post, make_silent_channel, nobody
from tests.make.workspaces import Cast

LATER = At(NOW + timedelta(hours=2))


@pytest.fixture
def channels(cast: Cast) -> list[Channel]:
    return [
        make_silent_channel(cast.owner, cast.brand),
        make_silent_channel(cast.owner, cast.brand, network="mastodon"),
    ]


def _again(actor: Actor, plan: Plan) -> list[Publication]:
    with acting(actor):
        return list(Publication.objects.filter(post=plan.post).order_by("id"))


def _force(actor: Actor, publication: Publication, **columns: object) -> None:
    """Put a publication where only the engine could have put it."""
    with acting(actor):
        Publication.objects.filter(id=publication.id).update(**columns)


def _status(actor: Actor, plan: Plan) -> str:
    with acting(actor):
        return Post.objects.get(id=plan.post.id).status


def test_a_scheduled_post_makes_its_lanes_due(cast: Cast, channels: list[Channel]) -> None:
    plan = make_post(cast.editor, cast.brand, *channels, when=LATER)
    assert {one.status for one in plan.publications} == {"scheduled"}
    assert plan.post.status == "scheduled"
    assert plan.post.scheduled_at == LATER.moment
    with acting(cast.editor):
        assert set(Lane.objects.values_list("due_at", flat=True)) == {LATER.moment}
        changes = ActivityLog.objects.filter(what="publication.status", to_state="scheduled")
        assert changes.count() == 2
        assert {one.actor_id for one in changes} == {cast.editor.id}


def test_variants_keep_their_own_words(cast: Cast, channels: list[Channel]) -> None:
    plan = planning.compose_post(
        actor=cast.editor,
        brand_id=cast.brand.id,
        writing=Writing(text="For all"),
        variants=[Variant(channels[0].id), Variant(channels[1].id, text="Only here", items=(ItemOf("and more"),))],
        now=NOW,
    )
    first, second = plan.publications
    assert (first.text, second.text) == (None, "Only here")
    assert second.items == [{"kind": "thread", "text": "and more"}]
    assert not plan.misfits


def test_what_does_not_fit_is_said_while_writing_and_refused_when_scheduling(
    cast: Cast, channels: list[Channel]
) -> None:
    plan = make_post(cast.editor, cast.brand, *channels, text="x" * 400)
    assert [(one.network, one.problem.code) for one in plan.misfits] == [("bluesky", "text.max")]
    with pytest.raises(DoesNotFit, match="bluesky, text") as caught:
        scheduling.schedule_post(actor=cast.editor, post_id=plan.post.id, when=LATER, now=NOW)
    assert caught.value.problems[0]["found"] == 400
    assert {one.status for one in _again(cast.editor, plan)} == {"draft"}


def test_a_learned_limit_wins_over_the_table(cast: Cast) -> None:
    wide = make_silent_channel(cast.owner, cast.brand, network="mastodon", learned={"text.max": 5000})
    assert not make_post(cast.editor, cast.brand, wide, text="x" * 4000).misfits


def test_composing_is_all_or_nothing(cast: Cast, channels: list[Channel]) -> None:
    with pytest.raises(DoesNotFit):
        make_post(cast.editor, cast.brand, *channels, text="x" * 400, when=LATER)
    with acting(cast.editor):
        assert not Post.objects.exists()


def test_new_content_replaces_the_old_until_sending_begins(cast: Cast, channels: list[Channel]) -> None:
    plan = make_post(cast.editor, cast.brand, *channels, when=LATER)
    changed = planning.rewrite_post(actor=cast.editor, post_id=plan.post.id, writing=Writing(text="New"), now=NOW)
    assert changed.post.text == "New"
    assert [one.version for one in changed.publications] == [3, 3]
    with pytest.raises(DoesNotFit):
        planning.rewrite_post(actor=cast.editor, post_id=plan.post.id, writing=Writing(text="x" * 400), now=NOW)
    _force(cast.owner, plan.publications[0], status="sending")
    with pytest.raises(TooLate):
        planning.rewrite_post(actor=cast.editor, post_id=plan.post.id, writing=Writing(text="Newer"), now=NOW)


def test_channels_are_added_and_left_out(cast: Cast, channels: list[Channel]) -> None:
    plan = make_post(cast.editor, cast.brand, channels[0])
    put = planning.put_on_channels(
        actor=cast.editor, post_id=plan.post.id, variants=[Variant(channels[1].id, text="Hi")], now=NOW
    )
    assert [(one.channel_id, one.text) for one in put.publications] == [(channels[1].id, "Hi")]
    scheduling.schedule_post(actor=cast.editor, post_id=plan.post.id, when=LATER, now=NOW)
    with pytest.raises(TooLate, match="cancel it"):
        planning.put_on_channels(actor=cast.editor, post_id=plan.post.id, variants=[], now=NOW)


def test_a_publication_is_edited_until_it_is_sent(cast: Cast, channels: list[Channel]) -> None:
    plan = make_post(cast.editor, cast.brand, channels[0], when=LATER)
    one = plan.publications[0]
    variant = Variant(channels[0].id, text="Better")
    planning.edit_publication(actor=cast.editor, publication_id=one.id, variant=variant, version=one.version, now=NOW)
    with pytest.raises(Conflict):
        planning.edit_publication(
            actor=cast.editor, publication_id=one.id, variant=variant, version=one.version, now=NOW
        )
    _force(cast.owner, one, status="published", published_at=NOW, not_before=None)
    with pytest.raises(TooLate, match="public already"):
        planning.edit_publication(actor=cast.editor, publication_id=one.id, variant=variant, now=NOW)


def test_moving_and_cancelling_until_sending_begins(cast: Cast, channels: list[Channel]) -> None:
    plan = make_post(cast.editor, cast.brand, *channels, when=LATER)
    first, second = plan.publications
    sooner = At(NOW + timedelta(minutes=5))
    moved = scheduling.reschedule_publication(actor=cast.editor, publication_id=first.id, when=sooner, now=NOW)
    assert moved.scheduled_for == moved.not_before == sooner.moment
    _force(cast.owner, first, worker=nobody(), status="sending")
    with pytest.raises(TooLate, match="being sent"):
        scheduling.cancel_publication(actor=cast.editor, publication_id=first.id, now=NOW)
    with pytest.raises(TooLate):
        scheduling.reschedule_publication(actor=cast.editor, publication_id=first.id, when=LATER, now=NOW)
    cancelled = scheduling.cancel_publication(actor=cast.editor, publication_id=second.id, now=NOW)
    assert (cancelled.status, cancelled.not_before) == ("cancelled", None)
    assert _status(cast.editor, plan) == "publishing"


def test_cancelling_a_whole_post_and_taking_it_up_again(cast: Cast, channels: list[Channel]) -> None:
    plan = make_post(cast.editor, cast.brand, *channels, when=LATER)
    with pytest.raises(NotEditable):
        remove_post(actor=cast.editor, post_id=plan.post.id, now=NOW)
    scheduling.cancel_post(actor=cast.editor, post_id=plan.post.id, now=NOW)
    assert _status(cast.editor, plan) == "cancelled"
    scheduling.schedule_post(actor=cast.editor, post_id=plan.post.id, when=LATER, now=NOW)
    assert _status(cast.editor, plan) == "scheduled"
    scheduling.unschedule_post(actor=cast.editor, post_id=plan.post.id, now=NOW)
    assert _status(cast.editor, plan) == "draft"
    assert {one.not_before for one in _again(cast.editor, plan)} == {None}


def test_a_post_that_is_out_can_not_be_cancelled(cast: Cast, channels: list[Channel]) -> None:
    plan = make_post(cast.editor, cast.brand, channels[0], when=LATER)
    _force(cast.owner, plan.publications[0], status="published", published_at=NOW, not_before=None)
    with pytest.raises(TooLate, match="public already"):
        scheduling.cancel_post(actor=cast.editor, post_id=plan.post.id, now=NOW)


def test_failed_ones_are_tried_again(cast: Cast, channels: list[Channel]) -> None:
    plan = make_post(cast.editor, cast.brand, channels[0], when=LATER)
    one = plan.publications[0]
    _force(cast.owner, one, status="failed", not_before=None, reason="no", error_class="rejected")
    again = settling.retry_publication(actor=cast.editor, publication_id=one.id, now=NOW)
    assert (again.status, again.not_before, again.reason) == ("scheduled", NOW, "")
    _force(cast.owner, one, status="unknown", not_before=None)
    with pytest.raises(TooLate, match="settle that first"):
        settling.retry_publication(actor=cast.editor, publication_id=one.id, now=NOW)


def test_a_thread_that_broke_off_goes_on_where_it_stopped(cast: Cast, channels: list[Channel]) -> None:
    plan = make_post(cast.editor, cast.brand, channels[0], when=LATER)
    one = plan.publications[0]
    public = {"status": "published", "published_at": NOW, "not_before": None}
    whole = {"keys": ["a", "b"], "receipts": [{"id": "1", "url": "u"}, {"id": "2", "url": "u"}]}
    _force(cast.owner, one, **public, checkpoint=whole)
    with pytest.raises(TooLate, match="public already"):
        settling.retry_publication(actor=cast.editor, publication_id=one.id, now=NOW)
    broken = {**whole, "receipts": whole["receipts"][:1]}
    _force(cast.owner, one, checkpoint=broken, error_class="rejected", reason="Item 1 is missing")
    again = settling.retry_publication(actor=cast.editor, publication_id=one.id, now=NOW)
    assert (again.status, again.not_before, again.error_class) == ("published", NOW, "")
    assert again.checkpoint == broken


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"is_there": True, "url": "https://example.org/1"}, "published"),
        ({"is_there": False}, "failed"),
        ({"is_there": False, "send_again": True}, "scheduled"),
    ],
)
def test_a_person_settles_what_is_unknown(
    cast: Cast, channels: list[Channel], answer: dict[str, Any], status: str
) -> None:
    plan = make_post(cast.editor, cast.brand, channels[0], when=LATER)
    one = plan.publications[0]
    with pytest.raises(TooLate):
        settling.settle_publication(actor=cast.editor, publication_id=one.id, is_there=False, now=NOW)
    _force(cast.owner, one, status="unknown", not_before=None)
    settled = settling.settle_publication(actor=cast.editor, publication_id=one.id, now=NOW, **answer)
    assert settled.status == status
    with pytest.raises(BadInput, match="url"):
        settling.settle_publication(actor=cast.editor, publication_id=one.id, is_there=True, url="there", now=NOW)


def test_next_slot_takes_the_next_free_one(cast: Cast, channels: list[Channel]) -> None:
    with pytest.raises(BadInput, match="slots"):
        make_post(cast.editor, cast.brand, channels[0], when=NextSlot())
    make_slots(cast.owner, cast.brand, (0, "15:00"), (1, "09:00"))
    first = make_post(cast.editor, cast.brand, channels[0], when=NextSlot())
    second = make_post(cast.editor, cast.brand, channels[0], when=NextSlot())
    assert first.publications[0].scheduled_for == datetime(2026, 3, 2, 15, tzinfo=UTC)
    assert second.publications[0].scheduled_for == datetime(2026, 3, 3, 9, tzinfo=UTC)


def test_lists_show_posts_with_their_publications_page_by_page(cast: Cast, channels: list[Channel]) -> None:
    import orjson

    plans = [make_post(cast.editor, cast.brand, *channels, text=f"Post {n}") for n in range(5)]
    page = listing.list_posts(cast.viewer, limit=3)
    rows = orjson.loads(page.items)
    assert [row["text"] for row in rows] == ["Post 4", "Post 3", "Post 2"]
    assert len(rows[0]["publications"]) == 2
    rest = listing.list_posts(cast.viewer, limit=3, after=page.last)
    assert [row["text"] for row in orjson.loads(rest.items)] == ["Post 1", "Post 0"]
    assert rest.last is None
    one = orjson.loads(listing.show_post(cast.viewer, post_id=plans[0].post.id).body)
    assert {row["network"] for row in one["publications"]} == {"bluesky", "mastodon"}
    shown = listing.show_publication(cast.viewer, publication_id=plans[0].publications[0].id)
    assert orjson.loads(shown.body)["tries"] == []


Verbs = Sequence[tuple[Callable[..., object], dict[str, Any]]]


@pytest.mark.outsider("publishing.planning.compose_post")
@pytest.mark.outsider("publishing.planning.rewrite_post")
@pytest.mark.outsider("publishing.planning.put_on_channels")
@pytest.mark.outsider("publishing.revising.revise_post")
@pytest.mark.outsider("publishing.planning.edit_publication")
@pytest.mark.outsider("publishing.planning.check_post")
@pytest.mark.outsider("publishing.scheduling.schedule_post")
@pytest.mark.outsider("publishing.scheduling.reschedule_publication")
@pytest.mark.outsider("publishing.scheduling.unschedule_post")
@pytest.mark.outsider("publishing.scheduling.cancel_post")
@pytest.mark.outsider("publishing.scheduling.cancel_publication")
@pytest.mark.outsider("publishing.settling.retry_publication")
@pytest.mark.outsider("publishing.settling.settle_publication")
def test_the_outsider_sees_and_changes_nothing(cast: Cast, channels: list[Channel]) -> None:
    plan = make_post(cast.editor, cast.brand, *channels, when=LATER)
    post, publication, variant = plan.post.id, plan.publications[0].id, Variant(channels[0].id)
    them = cast.outsider
    with pytest.raises(NotFound):
        planning.compose_post(
            actor=them, brand_id=cast.outside_brand.id, writing=Writing(text="x"), variants=[variant], now=NOW
        )
    of_posts: Verbs = (
        (planning.rewrite_post, {"writing": Writing(text="x")}),
        (planning.put_on_channels, {"variants": []}),
        (revising.revise_post, {"writing": Writing(text="x"), "variants": []}),
        (planning.check_post, {}),
        (scheduling.schedule_post, {"when": LATER}),
        (scheduling.unschedule_post, {}),
        (scheduling.cancel_post, {}),
    )
    for verb, more in of_posts:
        with pytest.raises(NotFound):
            verb(actor=them, post_id=post, now=NOW, **more)
    of_publications: Verbs = (
        (planning.edit_publication, {"variant": variant}),
        (scheduling.reschedule_publication, {"when": LATER}),
        (scheduling.cancel_publication, {}),
        (settling.retry_publication, {}),
        (settling.settle_publication, {"is_there": False}),
    )
    for verb, more in of_publications:
        with pytest.raises(NotFound):
            verb(actor=them, publication_id=publication, now=NOW, **more)
    assert listing.list_posts(them).items == "[]"
    with pytest.raises(NotFound):
        listing.show_post(them, post_id=post)
    with pytest.raises(NotFound):
        listing.show_publication(them, publication_id=publication)


@pytest.mark.bad_input("publishing.planning.compose_post")
@pytest.mark.bad_input("publishing.planning.rewrite_post")
@pytest.mark.bad_input("publishing.planning.put_on_channels")
@pytest.mark.bad_input("publishing.revising.revise_post")
@pytest.mark.bad_input("publishing.planning.edit_publication")
@pytest.mark.bad_input("publishing.planning.check_post")
@pytest.mark.bad_input("publishing.scheduling.schedule_post")
@pytest.mark.bad_input("publishing.scheduling.reschedule_publication")
@pytest.mark.bad_input("publishing.scheduling.unschedule_post")
@pytest.mark.bad_input("publishing.scheduling.cancel_post")
@pytest.mark.bad_input("publishing.scheduling.cancel_publication")
@pytest.mark.bad_input("publishing.settling.retry_publication")
@pytest.mark.bad_input("publishing.settling.settle_publication")
def test_bad_input_is_named(cast: Cast, channels: list[Channel]) -> None:
    actor, missing, channel = cast.editor, nobody(), channels[0]
    with pytest.raises(BadInput, match="channels"):
        make_post(actor, cast.brand, channel, channel)
    with pytest.raises(BadInput, match="channels"):
        make_post(actor, cast.brand, when=LATER)
    with pytest.raises(NotFound, match="channel"):
        make_post(actor, cast.other_brand, channel)
    plan = make_post(actor, cast.brand, channel)
    one = plan.publications[0].id
    with pytest.raises(BadInput, match="text"):
        planning.rewrite_post(actor=actor, post_id=plan.post.id, writing=Writing(text="\x00"), now=NOW)
    with pytest.raises(BadInput, match="format"):
        planning.edit_publication(actor=actor, publication_id=one, variant=Variant(channel.id, format="opera"), now=NOW)
    with pytest.raises(NotFound, match="channel"):
        planning.put_on_channels(actor=actor, post_id=plan.post.id, variants=[Variant(missing)], now=NOW)
    with pytest.raises(BadInput, match="text"):
        revising.revise_post(actor=actor, post_id=plan.post.id, writing=Writing(text="\x00"), variants=[], now=NOW)
    past = At(NOW - timedelta(hours=1))
    with pytest.raises(BadInput, match="when"):
        scheduling.schedule_post(actor=actor, post_id=plan.post.id, when=past, now=NOW)
    with pytest.raises(BadInput, match="when"):
        scheduling.reschedule_publication(actor=actor, publication_id=one, when=past, now=NOW)
    with pytest.raises(BadInput, match="url"):
        settling.settle_publication(actor=actor, publication_id=one, is_there=True, url="javascript:1", now=NOW)
    of_posts: Verbs = ((planning.check_post, {}), (scheduling.unschedule_post, {}), (scheduling.cancel_post, {}))
    for verb, _ in of_posts:
        with pytest.raises(NotFound, match=str(missing)):
            verb(actor=actor, post_id=missing, now=NOW)
    of_publications: Verbs = ((scheduling.cancel_publication, {}), (settling.retry_publication, {}))
    for verb, _ in of_publications:
        with pytest.raises(NotFound, match=str(missing)):
            verb(actor=actor, publication_id=missing, now=NOW)


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]
)
@given(minutes=st.integers(0, 60 * 24 * 700))
def test_local_times_are_read_in_the_brands_zone(zone: str, minutes: int) -> None:
    local = datetime(2026, 3, 4) + timedelta(minutes=minutes)  # noqa: DTZ001 - local on purpose
    moment = moment_of(At(local), time_zone=zone, now=NOW)
    back = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert moment.tzinfo is UTC
    assert timedelta(0) <= back - local <= timedelta(hours=1)  # later only where the clocks jump


def test_a_time_the_clocks_skip_moves_on_and_one_they_repeat_is_the_first() -> None:
    skipped = moment_of(At(datetime(2026, 3, 29, 2, 30)), time_zone="Europe/Berlin", now=NOW)  # noqa: DTZ001
    assert skipped == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    repeated = moment_of(At(datetime(2026, 10, 25, 2, 30)), time_zone="Europe/Berlin", now=NOW)  # noqa: DTZ001
    assert repeated == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_when_is_read_from_words() -> None:
    assert read_when("now") == Now()
    assert read_when("Next slot") == NextSlot()
    assert read_when("2026-12-01T09:30") == At(datetime(2026, 12, 1, 9, 30))  # noqa: DTZ001
    with pytest.raises(BadInput, match="tomorrowish"):
        read_when("tomorrowish")


def test_scheduling_has_files_made_to_fit_before_they_are_due(cast: Cast, channels: list[Channel]) -> None:
    large = make_asset(cast.editor, encoded(noise(1200, 900), "PNG"), filename="large.png")
    plan = planning.compose_post(
        actor=cast.editor,
        brand_id=cast.brand.id,
        writing=Writing(text="Look", media=(MediaOf(large.id, alt_text="noise"),)),
        variants=[Variant(channels[0].id)],
        now=NOW,
    )
    assert not plan.misfits  # it will be made smaller: the file as it is has far more than Bluesky takes
    with acting(cast.editor):
        assert not Rendition.objects.exists()
    scheduling.schedule_post(actor=cast.editor, post_id=plan.post.id, when=LATER, now=NOW)
    with acting(cast.editor):
        assert Rendition.objects.get().asset_id == large.id
    with acting(cast.outsider):
        assert not Rendition.objects.exists()
