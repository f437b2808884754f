"""The calendar: what stands where, narrowed by its address, moved and put back, in a handful of statements."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.utils import timezone

from postroom.channels.models import Channel
from postroom.posts.models import Post
from postroom.publishing.models import Publication
from postroom.publishing.moving import move_post
from postroom.publishing.timing import At
from postroom.web.calendar.spans import clock_change, span_of
from postroom.workspaces.actors import acting, seeing
from postroom.workspaces.errors import BadInput, NotFound
from postroom.workspaces.users import edit_user
from tests.make.posts import NOW, make_post, make_silent_channel
from tests.make.rich import make_rich
from tests.make.workspaces import Cast
from tests.web.signing import signed_in

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def channels(cast: Cast) -> list[Channel]:
    return [make_silent_channel(cast.owner, cast.brand), make_silent_channel(cast.owner, cast.brand)]


@pytest.fixture
def soon() -> datetime:
    return (timezone.now() + timedelta(days=3)).replace(hour=9, minute=30, second=0, microsecond=0)


def calendar(cast: Cast, query: str = "") -> str:
    return f"/w/{cast.workspace.slug}/calendar/{query}"


def times(cast: Cast, post_id: Any) -> set[datetime | None]:
    with seeing(cast.owner):
        return set(Publication.objects.filter(post_id=post_id).values_list("scheduled_for", flat=True))


def undo_in(html: str) -> str:
    found = re.search(r'action="([^"]+/back/[^"]*)"', html)
    assert found
    return found[1].replace("&amp;", "&")


def test_a_post_on_many_channels_is_one_entry(cast: Cast, channels: list[Channel], soon: datetime) -> None:
    make_post(cast.owner, cast.brand, *channels, text="Once only", when=At(soon), now=timezone.now())
    html = signed_in(cast.owner).get(calendar(cast, f"?view=list&date={soon:%Y-%m-%d}")).text
    assert html.count("data-card draggable") + html.count('draggable="true"') == 1
    assert "2 channels" in html


@pytest.mark.parametrize(
    ("week_start", "first", "last"), [(0, "2026-01-26", "2026-03-01"), (6, "2026-02-01", "2026-02-28")]
)
def test_a_month_is_made_of_whole_weeks(week_start: int, first: str, last: str) -> None:
    span = span_of("month", date(2026, 2, 14), week_start)
    assert (span.days[0].isoformat(), span.days[-1].isoformat(), len(span.days) % 7) == (first, last, 0)


@pytest.mark.parametrize(("month", "day", "hours"), [(3, 29, 23), (10, 25, 25)])
def test_weeks_in_which_clocks_change_have_seven_days(month: int, day: int, hours: int) -> None:
    changes = date(2026, month, day)
    span = span_of("week", changes, 0)
    since, until = span.moments(BERLIN)
    assert len(span.days) == 7
    assert until.astimezone(UTC) - since.astimezone(UTC) == timedelta(days=6, hours=hours)
    assert [one for one in span.days if clock_change(one, BERLIN)] == [changes]


@pytest.mark.parametrize(
    ("at", "moved", "utc"),
    [("2027-03-26T09:30", "2027-03-29", "07:30"), ("2027-10-29T09:30", "2027-11-01", "08:30")],
)
def test_a_move_over_a_clock_change_keeps_the_time_of_day(
    cast: Cast, channels: list[Channel], at: str, moved: str, utc: str
) -> None:
    edit_user(user_id=cast.owner.user_id, preferences={"time_zone": "Europe/Berlin"}, now=NOW)  # type: ignore[arg-type]
    local = datetime.fromisoformat(at).replace(tzinfo=BERLIN)
    plan = make_post(cast.owner, cast.brand, channels[0], when=At(local), now=timezone.now())
    client = signed_in(cast.owner)
    html = client.get(calendar(cast, f"?view=week&date={at[:10]}")).text
    assert 'data-time="09:30"' in html
    assert "Europe/Berlin" in html
    given = {"date": moved, "time": "09:30", "taken": local.astimezone(UTC).isoformat()}
    client.post(calendar(cast, f"posts/{plan.post.id}/move/"), given)
    assert {f"{one:%Y-%m-%d %H:%M}" for one in times(cast, plan.post.id) if one} == {f"{moved} {utc}"}


def test_filters_stand_in_the_address(cast: Cast, channels: list[Channel], soon: datetime) -> None:
    for channel, text in zip(channels, ("First words", "Second words"), strict=True):
        plan = make_post(cast.owner, cast.brand, channel, text=text, when=At(soon), now=timezone.now())
    with acting(cast.owner):
        Post.objects.filter(id=plan.post.id).update(campaign="Spring")
    client = signed_in(cast.owner)

    def shown(query: str) -> tuple[bool, bool]:
        html = client.get(calendar(cast, f"?view=list&date={soon:%Y-%m-%d}&{query}")).text
        return "First words" in html, "Second words" in html

    assert shown("") == (True, True)
    assert shown(f"channel={channels[0].id}") == (True, False)
    assert shown("campaign=Spring") == (False, True)
    assert shown("status=published") == (False, False)
    assert shown("status=scheduled") == (True, True)
    assert shown(f"brand={cast.other_brand.id}") == (False, False)
    assert shown("brand=nonsense&channel=x&status=y&view=z&date=0") == (True, True)


def test_without_javascript_a_post_is_moved_and_put_back(cast: Cast, channels: list[Channel], soon: datetime) -> None:
    plan = make_post(cast.owner, cast.brand, *channels, when=At(soon), now=timezone.now())
    client, address = signed_in(cast.editor), calendar(cast, f"posts/{plan.post.id}/move/")
    form = client.get(address, {"taken": soon.isoformat()}).text
    assert f'value="{soon:%Y-%m-%d}"' in form
    later = soon + timedelta(days=2)
    given = {"page": "1", "taken": soon.isoformat(), "date": f"{later:%Y-%m-%d}", "time": "09:30"}
    answer = client.post(address, given)
    assert answer.status_code == 303
    assert times(cast, plan.post.id) == {later}
    toast = client.get(answer["Location"]).text
    assert "Moved to" in toast
    client.post(undo_in(toast))
    assert times(cast, plan.post.id) == {soon}


def test_a_refusal_says_why_and_loses_nothing(cast: Cast, channels: list[Channel], soon: datetime) -> None:
    plan = make_post(cast.owner, cast.brand, *channels, when=At(soon), now=timezone.now())
    client, address = signed_in(cast.editor), calendar(cast, f"posts/{plan.post.id}/move/")
    given = {"taken": soon.isoformat(), "date": "2020-02-03", "time": "07:08"}
    answer = client.post(address, given | {"page": "1"})
    assert answer.status_code == 422
    assert 'value="2020-02-03"' in answer.text
    assert 'value="07:08"' in answer.text
    assert "It stays where it was" in client.post(address, given, follow=True).text
    given["taken"] = (soon + timedelta(hours=1)).isoformat()
    told = client.post(address, given | {"date": f"{soon:%Y-%m-%d}"}, follow=True).text
    assert "moved meanwhile" in told
    assert times(cast, plan.post.id) == {soon}


def test_a_draft_gets_a_time_and_goes_back_to_the_drafts(cast: Cast, channels: list[Channel], soon: datetime) -> None:
    plan = make_post(cast.owner, cast.brand, *channels, text="Not yet", now=timezone.now())
    client = signed_in(cast.editor)
    assert "Not yet" in client.get(calendar(cast)).text
    given = {"taken": "", "date": f"{soon:%Y-%m-%d}", "time": "09:30"}
    toast = client.post(calendar(cast, f"posts/{plan.post.id}/move/"), given, follow=True).text
    assert "Scheduled for" in toast
    assert times(cast, plan.post.id) == {soon}
    client.post(undo_in(toast))
    assert times(cast, plan.post.id) == {None}


def test_all_that_waits_of_a_post_moves_along(cast: Cast, channels: list[Channel], soon: datetime) -> None:
    plan = make_post(cast.owner, cast.brand, *channels, when=At(soon), now=timezone.now())
    with acting(cast.owner):
        at = soon + timedelta(hours=4)
        Publication.objects.filter(id=plan.publications[1].id).update(scheduled_for=at, not_before=at)
    move_post(
        actor=cast.editor, post_id=plan.post.id, taken_at=soon, to=soon + timedelta(days=1), now=timezone.now()
    )  # fmt: skip
    assert times(cast, plan.post.id) == {soon + timedelta(days=1), soon + timedelta(days=1, hours=4)}


@pytest.mark.bad_input("publishing.moving.move_post")
def test_a_moment_has_its_zone(cast: Cast, channels: list[Channel], soon: datetime) -> None:
    plan = make_post(cast.owner, cast.brand, *channels, when=At(soon), now=timezone.now())
    with pytest.raises(BadInput, match="time zone"):
        move_post(
            actor=cast.owner, post_id=plan.post.id, taken_at=soon, to=soon.replace(tzinfo=None), now=timezone.now()
        )


@pytest.mark.outsider("publishing.moving.move_post")
def test_an_outsider_finds_nothing_and_moves_nothing(cast: Cast, channels: list[Channel], soon: datetime) -> None:
    plan = make_post(cast.owner, cast.brand, *channels, text="Ours", when=At(soon), now=timezone.now())
    later = soon + timedelta(days=1)
    with pytest.raises(NotFound):
        move_post(actor=cast.outsider, post_id=plan.post.id, taken_at=soon, to=later, now=timezone.now())
    client, given = signed_in(cast.outsider), {"taken": soon.isoformat(), "date": f"{later:%Y-%m-%d}", "time": "10:00"}
    assert client.get(calendar(cast)).status_code == 404
    for slug in (cast.workspace.slug, cast.outside_workspace.slug):
        address = f"/w/{slug}/calendar/posts/{plan.post.id}/"
        assert client.get(f"{address}move/").status_code == 404
        assert client.post(f"{address}move/", given).status_code == 404
        assert client.post(f"{address}back/").status_code == 404
    assert times(cast, plan.post.id) == {soon}


def test_a_viewer_sees_and_moves_nothing(cast: Cast, channels: list[Channel], soon: datetime) -> None:
    plan = make_post(cast.owner, cast.brand, *channels, text="Look at it", when=At(soon), now=timezone.now())
    client = signed_in(cast.viewer)
    html = client.get(calendar(cast, f"?view=list&date={soon:%Y-%m-%d}")).text
    assert "Look at it" in html
    for words in ("data-move", 'draggable="true"', "data-drop", "cal-mover", "compose/?at"):
        assert words not in html
    given = {"taken": soon.isoformat(), "date": f"{soon:%Y-%m-%d}", "time": "23:00"}
    assert client.post(calendar(cast, f"posts/{plan.post.id}/move/"), given).status_code == 403
    assert times(cast, plan.post.id) == {soon}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every question to the database from here on, Django's and our own."""
    found: list[str] = []
    plain = psycopg.Cursor.execute

    def counting(self: Any, query: Any, *args: Any, **more: Any) -> Any:
        text = query.decode() if isinstance(query, bytes) else str(query)
        lines = [line for line in text.splitlines() if not line.startswith("--")]
        if lines and lines[0].lstrip().startswith(("SELECT", "WITH")) and "set_config" not in text:
            found.append(text)
        return plain(self, query, *args, **more)

    monkeypatch.setattr(psycopg.Cursor, "execute", counting)
    return found


def test_five_hundred_posts_cost_no_more_statements_than_none(
    cast: Cast, owner_dsn: str, asked: list[str], soon: datetime
) -> None:
    rich = make_rich(cast, owner_dsn)
    client, address = signed_in(cast.owner), calendar(cast, f"?view=week&date={soon:%Y-%m-%d}")
    client.get(address)
    asked.clear()
    client.get(address)
    few = len(asked)
    with psycopg.connect(owner_dsn, autocommit=True) as owner:
        _copy(owner, rich.posts["later"], soon, 500)
    asked.clear()
    html = client.get(address).text
    assert html.count("A copy") > 500
    assert len(asked) == few
    ours = [one for one in asked if "django_session" not in one and "workspaces_" not in one and "worker" not in one]
    assert len(ours) <= 6, ours


def _copy(owner: psycopg.Connection[Any], post_id: Any, at: datetime, count: int) -> None:
    """Posts like that one, each on its channels, a minute apart."""
    owner.execute(
        "CREATE TEMP TABLE copies AS SELECT gen_random_uuid() AS id, n FROM generate_series(1, %s) n", [count]
    )
    names = {}
    for table in ("posts_post", "publishing_publication"):
        rows = owner.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
            [table],
        )
        names[table] = [row[0] for row in rows]
    for table, own in (
        ("posts_post", {"id": "c.id", "text": "'A copy ' || c.n", "scheduled_at": "%(at)s + c.n * interval '1 min'"}),
        (
            "publishing_publication",
            {
                "id": "gen_random_uuid()",
                "post_id": "c.id",
                "scheduled_for": "%(at)s + c.n * interval '1 min'",
                "not_before": "%(at)s + c.n * interval '1 min'",
            },
        ),
    ):
        columns, key = names[table], "id" if table == "posts_post" else "post_id"
        values = ", ".join(own.get(name, f"t.{name}") for name in columns)
        given = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} t, copies c"
        owner.execute(f"{given} WHERE t.{key} = %(id)s".encode(), {"at": at, "id": post_id})
