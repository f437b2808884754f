"""One post's page: every state with its reason, what may be done and by whom, and what it costs the database."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from postroom.kit.ids import uuid7
from postroom.posts.content import ItemOf, Writing
from postroom.publishing.planning import Plan, Variant, compose_post
from postroom.publishing.telling import tell_post
from postroom.publishing.timing import At
from tests.make.posts import make_post, make_silent_channel
from tests.make.workspaces import Cast
from tests.web.signing import signed_in


def _later(hours: float = 2) -> At:
    return At(timezone.now() + timedelta(hours=hours))


@pytest.fixture
def engine(owner_dsn: str) -> Any:
    """Sets columns as the engine would: `engine(publication_id, status="failed")`."""

    def force(publication_id: UUID, **columns: Any) -> None:
        with psycopg.connect(owner_dsn, autocommit=True) as database:
            database.execute("SET postroom.engine = 'on'")
            names = ", ".join(f"{name} = %({name})s" for name in columns)
            wanted = f"UPDATE publishing_publication SET {names} WHERE id = %(id)s"
            database.execute(wanted.encode(), columns | {"id": publication_id})

    return force


@pytest.fixture
def tried(owner_dsn: str) -> Any:
    """Writes attempts into the ledger: `tried(publication, 3, outcome="stop", …)`."""

    def write(cast: Cast, publication_id: UUID, times: int = 1, **columns: Any) -> None:
        now = timezone.now()
        told = {"step": "post", "touch": "publishes", "outcome": "stop", "verdict": "rejected", "answer": "", "part": 0}
        told |= {"http_status": None} | columns
        with psycopg.connect(owner_dsn, autocommit=True) as database:
            for number in range(1, times + 1):
                database.execute(
                    "INSERT INTO publishing_attempt (id, workspace_id, publication_id, number, part, step, touch,"
                    " began_at, ended_at, outcome, verdict, answer, http_status) VALUES (%(id)s, %(workspace)s,"
                    " %(publication)s, %(number)s, %(part)s, %(step)s, %(touch)s, %(now)s, %(now)s, %(outcome)s,"
                    " %(verdict)s, %(answer)s, %(http_status)s)",
                    told | {"id": uuid7(), "workspace": cast.workspace.id, "publication": publication_id,
                            "number": number, "now": now},
                )  # fmt: skip

    return write


def _plan(cast: Cast, *, when: At | None = None, network: str = "bluesky", **channel: Any) -> Plan:
    one = make_silent_channel(cast.owner, cast.brand, network=network, **channel)
    return make_post(cast.editor, cast.brand, one, when=when, now=timezone.now())


def _at(cast: Cast, plan: Plan, path: str = "") -> str:
    return f"/w/{cast.workspace.slug}/posts/{plan.post.id}/{path}"


def _on(plan: Plan, what: str) -> str:
    return f"publications/{plan.publications[0].id}/{what}/"


@pytest.mark.parametrize("path", ["", "schedule/", "cancel/", "unschedule/", "remove/"])
def test_an_outsider_finds_nothing(cast: Cast, path: str) -> None:
    plan = _plan(cast, when=_later())
    client = signed_in(cast.outsider)
    outside = f"/w/{cast.outside_workspace.slug}/posts/{plan.post.id}/{path}"
    for where in (_at(cast, plan, path), outside):
        answer = client.post(where) if path else client.get(where)
        assert answer.status_code == 404
    answer = client.get(f"/w/{cast.outside_workspace.slug}/posts/{uuid4()}/")
    assert answer.status_code == 404


def test_a_viewer_reads_and_may_do_nothing(cast: Cast) -> None:
    plan = _plan(cast, when=_later())
    client = signed_in(cast.viewer)
    page = client.get(_at(cast, plan))
    assert page.status_code == 200
    assert page.text.count("<form") == 1, "only signing out"
    paths = ["schedule/", "unschedule/", "cancel/", "remove/", *(_on(plan, one) for one in ("move", "cancel", "again"))]
    for path in paths:
        assert client.post(_at(cast, plan, path), {"when": "now"}).status_code == 403, path


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("draft", "Draft"),
        ("scheduled", "Scheduled"),
        ("claimed", "About to be sent"),
        ("sending", "Being sent"),
        ("published", "Published"),
        ("failed", "Failed"),
        ("unknown", "Unknown"),
        ("missed", "Missed"),
        ("cancelled", "Cancelled"),
        ("handed_off", "With a person"),
    ],
)
def test_every_state_is_shown_with_its_reason(cast: Cast, engine: Any, state: str, words: str) -> None:
    plan = _plan(cast, when=_later())
    has_time = state in {"scheduled", "claimed", "sending"}
    columns: dict[str, Any] = {"status": state, "reason": "Said by the test", "not_before": None}
    if has_time:
        columns["not_before"] = timezone.now() + timedelta(hours=1)
    if state == "published":
        columns |= {"published_at": timezone.now(), "url": "https://example.org/it"}
    engine(plan.publications[0].id, **columns)
    page = signed_in(cast.owner).get(_at(cast, plan)).text
    assert words in page
    assert "Said by the test" in page
    assert ("https://example.org/it" in page) == (state == "published")
    assert ("Look and settle it" in page) == (state == "unknown")
    assert ("Cancel here" in page) == (state in {"draft", "scheduled", "claimed", "failed", "missed"})
    assert ("Try again now" in page) == (state in {"failed", "missed", "cancelled"})
    assert ('hx-trigger="every 2s"' in page) == (state in {"claimed", "sending"})


def test_attempts_are_told_literally(cast: Cast, engine: Any, tried: Any) -> None:
    plan = _plan(cast, when=_later())
    engine(plan.publications[0].id, status="failed", reason="No", not_before=None, attempts=1)
    tried(cast, plan.publications[0].id, answer='{"error": "<b>too loud</b>"}', http_status=422)
    page = signed_in(cast.viewer).get(_at(cast, plan)).text
    assert "One attempt" in page
    assert "{&quot;error&quot;: &quot;&lt;b&gt;too loud&lt;/b&gt;&quot;}" in page
    assert "HTTP 422" in page
    assert "refused" in page


def test_it_says_what_is_its_own_on_a_channel(cast: Cast) -> None:
    one, other = (make_silent_channel(cast.owner, cast.brand) for _ in range(2))
    plan = compose_post(
        actor=cast.editor,
        brand_id=cast.brand.id,
        writing=Writing(text="For everybody", items=(ItemOf("And more"),), link="https://example.org/more"),
        variants=[Variant(one.id), Variant(other.id, text="Only for them")],
        now=timezone.now(),
    )
    page = signed_in(cast.viewer).get(_at(cast, plan)).text
    for words in ("For everybody", "And more", "https://example.org/more", "Only for them", "Part 2 of the thread"):
        assert words in page
    assert page.count("What it says here") == 1


@pytest.mark.parametrize(
    ("channel", "words"),
    [
        ({"status": "expired"}, "accept the channel&#x27;s key any more"),
        ({"paused_at": timezone.now(), "paused_why": "A rest"}, "The channel is paused: A rest."),
        ({"lifecycle": "banned"}, "may not send as it stands"),
    ],
)
def test_it_says_why_it_waits(cast: Cast, owner_dsn: str, channel: dict[str, Any], words: str) -> None:
    plan = _plan(cast, when=_later())
    with psycopg.connect(owner_dsn, autocommit=True) as database:
        for name, value in channel.items():
            wanted = f"UPDATE channels_channel SET {name} = %s WHERE id = %s"
            database.execute(wanted.encode(), [value, plan.publications[0].channel_id])
    assert words in signed_in(cast.viewer).get(_at(cast, plan)).text


def test_a_hold_of_the_network_is_told(cast: Cast, owner_dsn: str) -> None:
    plan = _plan(cast, when=_later())
    with psycopg.connect(owner_dsn, autocommit=True) as database:
        database.execute(
            "UPDATE publishing_lane SET hold_until = now() + interval '1 hour', hold_why = 'Its quota is used up'"
            " WHERE channel_id = %s",
            [plan.publications[0].channel_id],
        )
    assert "Its quota is used up." in signed_in(cast.viewer).get(_at(cast, plan)).text


def test_it_is_scheduled_moved_cancelled_tried_again_and_removed(cast: Cast) -> None:
    plan, client = _plan(cast), signed_in(cast.editor)

    def status() -> str:
        return tell_post(cast.owner, post_id=plan.post.id, now=timezone.now()).publications[0].status

    def press(path: str, **fields: str) -> Any:
        answer = client.post(_at(cast, plan, path), fields, follow=True)
        assert answer.redirect_chain
        return answer

    in_a_week = f"{timezone.now() + timedelta(days=7):%Y-%m-%dT%H:%M}"
    assert "It is scheduled." in press("schedule/", when="at", at=in_a_week).text
    assert status() == "scheduled"
    assert "It has its new time." in press(_on(plan, "move"), when="at", at=in_a_week).text
    assert "It is a draft again." in press("unschedule/").text
    assert status() == "draft"
    press("schedule/", when="now")
    assert "cancelled on this channel" in press(_on(plan, "cancel")).text
    assert status() == "cancelled"
    assert "sent again now" in press(_on(plan, "again")).text
    assert status() == "scheduled"
    assert "cancel it before removing it" in press("remove/").text
    assert "What had not gone out is cancelled." in press("cancel/").text
    history = client.get(_at(cast, plan)).text
    for words in (
        "wrote this post",
        "took the post back to a draft",
        "Scheduled → Cancelled",
        "asked to send it again",
    ):
        assert words in history
    press("remove/")
    assert client.get(_at(cast, plan)).status_code == 404


@pytest.mark.parametrize(
    ("typed", "words"), [("", "a day and a time"), ("2001-01-01T10:00", "a moment from now"), ("soon", "ISO 8601")]
)
@pytest.mark.parametrize("path", ["schedule/", "move"])
def test_a_time_that_cannot_be_is_said_at_its_field(cast: Cast, path: str, typed: str, words: str) -> None:
    plan = _plan(cast, when=_later())
    where = _at(cast, plan, path if path.endswith("/") else _on(plan, path))
    answer = signed_in(cast.editor).post(where, {"when": "at", "at": typed})
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{typed}"' in answer.text


def test_no_free_slot_is_said_at_the_field(cast: Cast) -> None:
    plan = _plan(cast)
    answer = signed_in(cast.editor).post(_at(cast, plan, "schedule/"), {"when": "next-slot"})
    assert answer.status_code == 422
    assert "posting slots" in answer.text


@pytest.mark.parametrize("what", ["cancel", "move", "again"])
def test_too_late_is_told_with_its_reason(cast: Cast, engine: Any, what: str) -> None:
    plan = _plan(cast, when=_later())
    engine(plan.publications[0].id, status="sending", worker=uuid4())
    answer = signed_in(cast.editor).post(_at(cast, plan, _on(plan, what)), {"when": "now"}, follow=True)
    assert "Too late: it is being sent right now" in answer.text
    assert str(plan.publications[0].id) not in answer.text.partition("toast-error")[2].partition("</p>")[0]


def test_htmx_gets_what_changes_and_no_more(cast: Cast, engine: Any) -> None:
    plan = _plan(cast, when=_later())
    engine(plan.publications[0].id, status="sending")
    client = signed_in(cast.editor)
    live = client.get(_at(cast, plan), headers={"HX-Request": "true"}).text
    assert "<html" not in live
    assert live.count('hx-swap-oob="true"') == 2
    assert 'hx-trigger="every 2s"' in live
    engine(plan.publications[0].id, status="published", published_at=timezone.now(), not_before=None)
    assert "hx-trigger" not in client.get(_at(cast, plan), headers={"HX-Request": "true"}).text


def test_twenty_publications_cost_what_one_costs(cast: Cast, tried: Any) -> None:
    channels = [make_silent_channel(cast.owner, cast.brand) for _ in range(20)]
    one = make_post(cast.editor, cast.brand, channels[0], when=_later(), now=timezone.now())
    many = make_post(cast.editor, cast.brand, *channels, when=_later(3), now=timezone.now())
    for publication in many.publications:
        tried(cast, publication.id, 5)
    client = signed_in(cast.owner)
    client.get(_at(cast, one))
    costs = []
    for plan in (one, many):
        with CaptureQueriesContext(connection) as asked:
            page = client.get(_at(cast, plan)).text
        costs.append(len(asked))
    assert page.count("5 attempts") == 20
    assert costs[0] == costs[1]
