"""A post's page and the settle page as a person uses them."""

import asyncio
import threading
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from postroom.networks import registry
from postroom.publishing.settling import retry_publication
from postroom.publishing.telling import tell_post
from postroom.publishing.timing import At
from tests.browser.conftest import PHONE, WIDE, Visits
from tests.make.channels import make_channel
from tests.make.posts import make_post
from tests.make.rich import Rich, make_rich
from tests.make.workspaces import Cast
from tests.publishing.conftest import Running
from tests.publishing.world import World, simple_network


@pytest.fixture
def rich(cast: Cast, owner_dsn: str) -> Rich:
    return make_rich(cast, owner_dsn)


def forget_refusals(visits: Visits) -> None:
    """A form that came back with what was wrong is a 422, which browsers complain of."""
    visits.complaints[:] = [one for one in visits.complaints if "422" not in one]


@pytest.mark.parametrize(("size", "theme"), [(WIDE, "light"), (PHONE, "dark")])
def test_every_state_fits(rich: Rich, visit: Any, size: tuple[int, int], theme: str) -> None:
    slug = rich.cast.workspace.slug
    page = visit(f"/w/{slug}/settle/", rich.cast.editor, size=size, theme=theme)
    for path in ("settle/", *(f"posts/{one}/" for one in rich.posts.values())):
        page.goto(f"/w/{slug}/{path}")
        assert page.locator("h1").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path


@pytest.mark.parametrize("js", [True, False])
def test_a_post_is_given_another_time_and_cancelled(rich: Rich, visit: Any, visits: Visits, js: bool) -> None:
    path = f"/w/{rich.cast.workspace.slug}/posts/{rich.posts['later']}/"
    page = visit(path, rich.cast.editor, js=js)
    page.get_by_text("Give it another time").first.click()
    card = page.locator(".pub").first
    card.get_by_label("Day and time").fill("2001-01-01T10:00")
    card.get_by_label("Day and time").evaluate("one => one.removeAttribute('min')")
    card.get_by_role("button", name="Schedule").click()
    assert page.get_by_text("a moment from now").is_visible()
    forget_refusals(visits)
    assert page.locator(".pub").first.get_by_label("Day and time").input_value() == "2001-01-01T10:00"
    page.goto(path)
    page.locator(".pub").first.get_by_role("button", name="Cancel here").click()
    assert page.get_by_text("It is cancelled on this channel.").is_visible()
    page.get_by_role("button", name="Cancel everywhere").click()
    assert page.locator(".pub").get_by_text("Cancelled", exact=True).count() == 2


ANSWERS = (
    ("It is there: count it as published", "It counts as published.", "published"),
    ("Send it again now", "It goes out again now.", "scheduled"),
    ("Leave it as failed", "It counts as failed.", "failed"),
)


@pytest.mark.parametrize("js", [True, False])
@pytest.mark.parametrize("answer", ANSWERS, ids=[status for _, _, status in ANSWERS])
def test_doubt_is_settled(rich: Rich, visits: Visits, js: bool, answer: tuple[str, str, str]) -> None:
    press, says, status = answer
    slug, post_id = rich.cast.workspace.slug, rich.posts["unknown"]
    page = visits.open(f"/w/{slug}/posts/{post_id}/", rich.cast.editor, js=js)
    page.get_by_role("link", name="Look and settle it").click()
    if status == "published":
        page.get_by_label("Its address").fill("not an address")
        page.get_by_role("button", name=press).click()
        assert page.get_by_label("Its address").input_value() == "not an address"
        forget_refusals(visits)
        page.get_by_label("Its address").fill("https://example.org/found")
    page.get_by_role("button", name=press).click()
    assert page.get_by_text(says).is_visible()
    assert page.get_by_text("Nothing to settle").is_visible()
    told = tell_post(rich.cast.owner, post_id=post_id, now=timezone.now())
    assert told.publications[0].status == status


class Sender:
    """An engine in a thread of its own, while Playwright holds this one."""

    def __init__(self, dsn: str, owner: psycopg.Connection[Any]) -> None:
        self.running, self.loop = Running(dsn, owner), asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self.loop).result(20)

    async def _start(self) -> None:
        self.running.start()

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self.running.stop(), self.loop).result(20)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()


def test_what_the_engine_does_is_seen_without_a_reload(cast: Cast, visit: Any, engine_dsn: str, owner_dsn: str) -> None:
    world = World()
    registry.add(simple_network(world))
    try:
        channel = make_channel(cast.owner, cast.brand, network="world")
        at = At(timezone.now() + timedelta(days=1))
        plan = make_post(cast.editor, cast.brand, channel, text="Watch me", when=at, now=timezone.now())
        one = plan.publications[0]
        page = visit(f"/w/{cast.workspace.slug}/posts/{plan.post.id}/", cast.editor)
        assert page.locator(".pub").get_by_text("Scheduled", exact=True).is_visible()
        assert page.locator("[data-live]").count() == 0
        retry_publication(actor=cast.editor, publication_id=one.id, now=timezone.now())
        page.reload()
        assert page.locator("[data-live]").count() == 1
        page.evaluate("window.stayed = true")
        with psycopg.connect(owner_dsn, autocommit=True) as owner:
            sender = Sender(engine_dsn, owner)
            try:
                page.locator(".pub").get_by_text("Published", exact=True).wait_for()
            finally:
                sender.stop()
        assert page.evaluate("window.stayed"), "the page was not loaded again"
        assert page.locator("[data-live]").count() == 0, "it asks no more"
        assert page.locator("#post-state").get_by_text("Published", exact=True).is_visible()
        assert page.locator("#post-history").get_by_text("→ Published").first.is_visible()
        assert world.texts() == ["Watch me"]
    finally:
        registry._added.pop("world", None)


def test_what_somebody_has_opened_stays_open(rich: Rich, visit: Any, owner_dsn: str) -> None:
    with psycopg.connect(owner_dsn, autocommit=True) as owner:
        owner.execute("SET postroom.engine = 'on'")
        owner.execute(
            "INSERT INTO publishing_attempt (id, workspace_id, publication_id, number, part, step, touch, began_at,"
            " outcome, verdict, answer)"
            " VALUES (gen_random_uuid(), %s, %s, 1, 0, 'post', 'publishes', now(), '', '', '')",
            [rich.cast.workspace.id, rich.publications["sending"]],
        )
    page = visit(f"/w/{rich.cast.workspace.slug}/posts/{rich.posts['sending']}/", rich.cast.editor)
    page.get_by_text("One attempt").click()
    with page.expect_response(lambda answer: "hx-request" in answer.request.headers):
        page.get_by_text("One attempt").hover()
    page.get_by_text("under way").wait_for()
    assert page.get_by_text("under way").is_visible()
