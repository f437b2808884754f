"""Settling a doubt: found when it is there, absent only when it surely isn't, unclear otherwise."""

import asyncio
import dataclasses
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.networks.mastodon import NETWORK, looking
from postroom.networks.mastodon.words import essence, plain
from postroom.networks.shape import Absent, Format, Poll, Receipt, Unclear
from tests.networks.files import picture
from tests.networks.mastodon.modes import BARE, HOLLO, MASTODON, TAKAHE
from tests.networks.mastodon.statuses import rendered

EVERY = [MASTODON, TAKAHE, HOLLO, BARE]
each_server = pytest.mark.parametrize("desk", EVERY, indirect=True, ids=lambda mode: mode.name)


@each_server
@pytest.mark.parametrize("name", ["text", "warned", "picture", "four", "poll"])
async def test_what_was_published_is_found_and_what_was_not_is_absent(desk, name):
    run = desk.run(name)
    while run.step.name != "publish":
        await run.one()
    assert isinstance(await run.look(), Absent)
    receipt = await run.to_the_end(tries=1)
    assert await run.look() == receipt


@each_server
async def test_the_same_text_from_before_is_not_ours(desk):
    draft = desk.samples.draft("text")
    await desk.publish(draft)
    later = dataclasses.replace(draft, key="another", at=draft.at + timedelta(seconds=8))
    assert isinstance(await desk.run(later).look(), Absent)


async def test_the_same_text_in_answer_to_another_is_not_ours(desk):
    root = await desk.publish("text")
    first = desk.samples.fresh(text="Same", parent=root, root=root)
    await desk.publish(first)
    assert isinstance(await desk.run(dataclasses.replace(first, parent=None, root=None)).look(), Absent)
    assert isinstance(await desk.run(first).look(), Receipt)


async def test_a_picture_without_words_is_known_by_its_file(desk):
    draft = desk.samples.fresh(format=Format.IMAGE, media=(picture(width=64, height=64),))
    mine, other = desk.run(draft), desk.run(dataclasses.replace(draft, key="other"))
    while mine.step.name != "publish":
        await mine.one()
        await other.one()
    receipt = await other.to_the_end(tries=1)
    assert isinstance(await desk.run(dataclasses.replace(draft, at=draft.at + timedelta(hours=1))).look(), Absent)
    looked = await looking.look(desk.open_line(), draft, mine.bag)
    assert isinstance(looked, Unclear), "another file, no words: this server might have changed the file's id"
    assert receipt.url in looked.why
    assert isinstance(await mine.to_the_end(tries=1), Receipt)


MARKED = "Read *this* [post](https://example.com/a) and `that`: 100 % useful"


@pytest.mark.parametrize("desk", [BARE], indirect=True)
async def test_a_server_that_reads_markdown_is_asked_for_the_source(desk):
    receipt = await desk.publish(draft := desk.samples.fresh(text=MARKED))
    assert await desk.run(draft).look() == receipt


async def test_a_look_alike_without_source_is_for_a_person_to_settle(desk):
    desk.fake.mode = dataclasses.replace(BARE, has_source=False)
    draft = desk.samples.fresh(text=MARKED)
    receipt = await desk.publish(draft)
    found = await desk.look(dataclasses.replace(draft, key="x"))
    assert isinstance(found, Unclear)
    assert receipt.url in found.why


async def test_other_posts_of_the_owner_are_no_doubt(desk):
    desk.fake.mode = dataclasses.replace(BARE, has_source=False)
    for text in ("Something else entirely", "Deal of the day: number 2", "Read this and that"):
        await desk.publish(desk.samples.fresh(text=text))
    assert isinstance(await desk.run(desk.samples.fresh(text="Deal of the day: number 1")).look(), Absent)


async def test_all_pages_back_to_the_first_attempt_are_read(desk):
    draft = desk.samples.fresh(text="The one we look for")
    receipt = await desk.publish(draft)
    for number in range(95):
        await desk.publish(desk.samples.fresh(text=f"Busy {number}"))
    assert await desk.run(draft).look() == receipt
    assert len([path for _, path, _ in desk.fake.requests if "exclude_reblogs" in path]) == 3


async def test_an_account_too_busy_to_read_is_unclear(desk):
    draft = desk.samples.fresh(text="The one we look for")
    account = desk.fake.account("busy")
    desk.access.who = dataclasses.replace(desk.access.who, network_user_id=f"{account.id}@x")
    for number in range(420):
        desk.fake.public.append(desk.fake.statuses._status(account, {"status": f"Busy {number}"}))
    assert isinstance(await desk.look(draft), Unclear)


@pytest.mark.parametrize("desk", [TAKAHE, HOLLO], indirect=True, ids=lambda mode: mode.name)
async def test_a_clock_that_is_wrong_is_reckoned_with(desk):
    receipt = await desk.publish(draft := desk.samples.draft("text"))
    assert await desk.run(draft).look() == receipt


async def test_direct_posts_that_are_not_listed_are_unclear(desk):
    draft = desk.samples.fresh(text="@bo hello", options={"visibility": "direct"})
    assert isinstance(await desk.look(draft), Unclear)


async def test_polls_are_told_apart_by_their_answers(desk):
    draft = desk.samples.fresh(format=Format.POLL, text="Which?", poll=Poll(("Tea", "Coffee"), 3600))
    await desk.publish(draft)
    other = dataclasses.replace(draft, key="other", poll=Poll(("Red", "Blue"), 3600))
    assert isinstance(await desk.run(other).look(), Absent)


@pytest.mark.parametrize("desk", [HOLLO], indirect=True)
async def test_two_at_once_with_one_key_make_two_so_the_key_is_no_proof(desk):
    draft = desk.samples.draft("text")
    first, second = desk.run(draft), desk.run(draft)
    await asyncio.gather(first.to_the_end(tries=1), second.to_the_end(tries=1))
    assert len(desk.fake.public) == 2
    assert not NETWORK.steps[-1].keyed


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("a\n\nb\nc", "<p>a</p><p>b<br />c</p>"),
        ("1 < 2 & 3", "<p>1 &lt; 2 &amp; 3</p>"),
        (
            "@bo@far.example hi",
            '<p><span class="h-card"><a href="https://far.example/@bo">@<span>bo</span></a></span> hi</p>',
        ),
        ("so it is…", "<p>So it is...</p>"),
        ("👨‍👩‍👧‍👦 ok", "<p>👨‍👩‍👧‍👦 ok</p>"),
    ],
)
def test_a_text_keeps_its_essence_through_a_server(sent, shown):
    assert essence(sent) == essence(plain(shown))


def test_texts_of_signs_only_keep_apart():
    assert essence("...") != essence("!!!")


PIECES = [
    "https://example.com/a/very/long/path/indeed?x=1&y=2",
    "@bo@far.example",
    "@ada",
    "#spring",
    "a < b & c",
    "e\u0301",
]
PIECES += ["👨‍👩‍👧‍👦", "🇩🇪", "*bold*", "שלום", "漢字。", "\n\n", "\n", "  ", "…", '"quoted"']


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=12).map(" ".join))
def test_any_text_keeps_its_essence_through_mastodon(text):
    assert essence(plain(rendered(text, "mastodon"))) == essence(text)
