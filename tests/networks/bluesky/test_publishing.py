"""Posts to Bluesky's own PDS: what stands there afterwards is asked from the server, past the adapter."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any, ClassVar

import pytest

from postroom.networks.bluesky import NETWORK
from postroom.networks.bluesky.steps import compose, look, publish
from postroom.networks.line import Answer, Line
from postroom.networks.shape import Absent, Connected, Format, Go, Receipt, Unclear
from postroom.networks.verdicts import Expired, Rejected, Stop, Touch, Unsure
from tests.networks.bluesky.conftest import Open
from tests.networks.bluesky.lexicons import complaints_if_known
from tests.networks.bluesky.server import Account, Servers, new_account
from tests.networks.bluesky.ways import connect, draft, send
from tests.networks.files import clip, picture
from tests.networks.runner import Run

pytestmark = [pytest.mark.real_server, pytest.mark.xdist_group("pds")]


@pytest.fixture
async def me(open_line: Open, account: Account) -> Connected:
    return await connect(open_line(), account)


@pytest.fixture
def line(open_line: Open, me: Connected) -> Line:
    return open_line(me)


async def test_link_mention_and_tag_are_marked_to_the_byte(line: Line, account: Account, pds: Servers):
    friend = new_account(pds.pds)
    text = f"Grüße 🎉 an @{friend.handle} und @niemand.test: https://example.com/ä?b=1, #Größe"
    receipt = await send(line, draft(text, languages=("de", "en")))
    record = account.record(receipt.id)
    raw = text.encode()
    marked = {
        feature["$type"].split("#")[1]: (raw[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode(), feature)
        for facet in record["facets"]
        for feature in facet["features"]
    }
    assert marked["mention"][0] == f"@{friend.handle}"
    assert marked["mention"][1]["did"] == friend.did
    assert marked["link"] == (
        "https://example.com/ä?b=1",
        {"$type": "app.bsky.richtext.facet#link", "uri": "https://example.com/ä?b=1"},
    )
    assert marked["tag"][0] == "#Größe"
    assert len(record["facets"]) == 3, "a handle nobody has stays plain text"
    assert record["langs"] == ["de", "en"]
    assert complaints_if_known(record) == []
    assert receipt.url == f"https://bsky.app/profile/{account.did}/post/{receipt.id.rsplit('/', 1)[1]}"


async def test_four_pictures_keep_their_order_alt_text_and_shape(line: Line, account: Account):
    files = tuple(picture(width=100 + 10 * n, height=80, shade=n, alt=f"Picture {n}") for n in range(4))
    receipt = await send(line, draft("Four", Format.CAROUSEL, media=files))
    record = account.record(receipt.id)
    images = record["embed"]["images"]
    assert [image["alt"] for image in images] == ["Picture 0", "Picture 1", "Picture 2", "Picture 3"]
    assert [image["aspectRatio"] for image in images] == [{"width": 100 + 10 * n, "height": 80} for n in range(4)]
    assert [image["image"]["size"] for image in images] == [media.bytes for media in files]
    assert complaints_if_known(record) == []


async def test_a_thread_points_at_its_root_and_parent(line: Line, account: Account):
    first = await send(line, draft("One"))
    second = await send(line, draft("Two", root=first, parent=first))
    third = await send(line, draft("Three", root=first, parent=second))
    reply = account.record(third.id)["reply"]
    assert reply == {"root": dict(first.ref), "parent": dict(second.ref)}
    assert complaints_if_known(account.record(third.id)) == []


async def test_a_video_goes_up_plainly_where_there_is_no_video_service(line: Line, account: Account):
    receipt = await send(line, draft("Film", Format.VIDEO, media=(clip(width=320, height=180, alt="A film"),)))
    embed = account.record(receipt.id)["embed"]
    assert embed["$type"] == "app.bsky.embed.video"
    assert embed["video"]["mimeType"] == "video/mp4"
    assert (embed["alt"], embed["aspectRatio"]) == ("A film", {"width": 320, "height": 180})
    assert complaints_if_known(account.record(receipt.id)) == []


async def test_a_link_card_with_its_picture(line: Line, account: Account):
    options = {"card_title": "A page", "card_description": "About it", "labels": "sexual"}
    what = draft("Read", Format.IMAGE, link="https://example.com/a", media=(picture(),), options=options)
    record = account.record((await send(line, what)).id)
    card = record["embed"]["external"]
    assert (card["uri"], card["title"], card["description"]) == ("https://example.com/a", "A page", "About it")
    assert card["thumb"]["mimeType"] == "image/jpeg"
    assert record["labels"]["values"] == [{"val": "sexual"}]
    assert complaints_if_known(record) == []


async def test_a_card_with_more_than_one_picture_is_refused_before_anything_is_sent(line: Line, account: Account):
    what = draft("Read", Format.CAROUSEL, link="https://example.com", media=(picture(), picture(shade=2)))
    with pytest.raises(Stop) as stopped:
        await send(line, what)
    assert isinstance(stopped.value.verdict, Rejected)
    assert stopped.value.verdict.where == "media"
    assert line.calls == 0
    assert account.records() == []


@pytest.mark.parametrize(
    ("choice", "allow"),
    [("nobody", []), ("mentioned", ["mentionRule"]), ("followers", ["followerRule"]), ("following", ["followingRule"])],
)
async def test_who_may_reply_stands_in_the_same_commit(line: Line, account: Account, choice: str, allow: list[str]):
    receipt = await send(line, draft("Ask", options={"replies": choice, "quotes": "nobody"}))
    (gate,) = account.records("app.bsky.feed.threadgate")
    (postgate,) = account.records("app.bsky.feed.postgate")
    assert gate["uri"].rsplit("/", 1)[1] == receipt.id.rsplit("/", 1)[1] == postgate["uri"].rsplit("/", 1)[1]
    assert gate["value"]["post"] == receipt.id
    assert [rule["$type"].split("#")[1] for rule in gate["value"]["allow"]] == allow
    assert complaints_if_known(gate["value"]) == complaints_if_known(postgate["value"]) == []


async def test_a_gated_post_repeated_is_found_and_not_written_again(line: Line, account: Account):
    what = draft("Ask", options={"replies": "nobody"})
    first, before = await send(line, what), account.revision()
    assert await send(line, what) == first
    assert account.revision() == before
    assert len(account.records()) == 1


async def test_a_repeated_put_is_one_record_and_one_commit(line: Line, account: Account):
    what = draft("Once")
    first = await send(line, what)
    before = account.revision()
    again = [await send(line, what) for _ in range(3)]
    assert all(receipt == first for receipt in again)
    assert account.revision() == before
    assert len(account.records()) == 1


class Listening(Line):
    """A line that keeps what came back."""

    heard: ClassVar[list[Answer]] = []

    async def call(self, *args: Any, **named: Any) -> Answer:
        answer = await super().call(*args, **named)
        self.heard.append(answer)
        return answer


async def test_eight_at_once_make_one_commit(line: Line, account: Account):
    what = draft("Together")
    frozen = await compose(line, what, {"v": 1, "blobs": []})
    assert isinstance(frozen, Go)
    ear = Listening(network=NETWORK, session=line.session, guard=line.guard, who=line.who, tokens=line.tokens)
    ear.touch, ear.keyed = Touch.PUBLISHES, True
    answers = await asyncio.gather(*[publish(ear, what, frozen.bag) for _ in range(8)])
    assert len({answer.id for answer in answers if isinstance(answer, Receipt)}) == 1
    assert len(account.records()) == 1
    assert len(ear.heard) == 8
    assert sum("commit" in answer.json() for answer in ear.heard) == 1


@pytest.mark.parametrize("after", range(4))
async def test_killed_after_any_step_and_resumed_there_is_one(line: Line, account: Account, after: int):
    what = draft("Killed", Format.IMAGE, media=(picture(),))
    run = Run(NETWORK, lambda: line, what)
    while run.at < after:
        await run.one()
    await run.one(forget=True)
    receipt = await run.to_the_end()
    assert [found["uri"] for found in account.records()] == [receipt.id]


async def test_something_else_under_our_key_is_looked_at_and_not_overwritten(line: Line, account: Account):
    what = draft("First")
    await send(line, what)
    other = dataclasses.replace(what, text="Second")
    with pytest.raises(Stop) as stopped:
        await send(line, other)
    assert isinstance(stopped.value.verdict, Unsure), stopped.value.verdict
    assert account.records()[0]["value"]["text"] == "First"
    assert isinstance(await look(line, dataclasses.replace(what, at=what.at.replace(year=2020)), {}), Unclear)


async def test_find_knows_what_is_there_and_what_is_not(line: Line):
    what = draft("Look")
    assert isinstance(await look(line, what, {}), Absent)
    receipt = await send(line, what)
    assert await look(line, what, {}) == receipt
    assert NETWORK.remove is not None
    await NETWORK.remove(line, receipt)
    await NETWORK.remove(line, receipt)
    assert isinstance(await look(line, what, {}), Absent)


async def test_a_text_too_long_is_refused_by_the_server_too(line: Line):
    with pytest.raises(Stop) as stopped:
        await send(line, draft("a" * 301))
    assert stopped.value.verdict == Rejected(stopped.value.verdict.why, "text")


async def test_a_file_that_was_swept_up_is_uploaded_again(line: Line, account: Account):
    what = draft("Late", Format.IMAGE, media=(picture(shade=33),))
    run = Run(NETWORK, lambda: line, what)
    blob = {
        "$type": "blob",
        "ref": {"$link": await _cid_of_upload(line, what)},
        "mimeType": "image/jpeg",
        "size": what.media[0].bytes,
    }
    other = new_account(account.base)  # to this account, nobody has uploaded the file
    run.bag, run.at = {"v": 1, "blobs": [blob]}, 2
    theirs = await connect(Line(network=NETWORK, session=line.session, guard=line.guard), other)
    line.who = dataclasses.replace(line.who, network_user_id=other.did)
    line.tokens = theirs.tokens
    receipt = await run.to_the_end(tries=1)
    assert other.record(receipt.id)["embed"]["images"][0]["image"]["ref"] == blob["ref"]


async def _cid_of_upload(line: Line, what):
    run = Run(NETWORK, lambda: line, what)
    await run.one()
    return run.bag["blobs"][0]["ref"]["$link"]


async def test_a_dead_token_is_expired(line: Line, me: Connected):
    line.tokens = dataclasses.replace(me.tokens, access="dead" + me.tokens.access[4:])
    with pytest.raises(Stop) as stopped:
        await send(line, draft())
    assert isinstance(stopped.value.verdict, Expired)


async def test_numbers_by_the_servers_own_appview_leave_out_what_is_gone(line: Line):
    kept, gone = await send(line, draft("Kept")), await send(line, draft("Gone"))
    assert NETWORK.remove is not None
    assert NETWORK.numbers is not None
    await NETWORK.remove(line, gone)
    counted = await NETWORK.numbers.of(line, (kept, gone))
    assert list(counted) == [kept.id]
    found = counted[kept.id]
    assert (found.likes, found.comments, found.shares, found.saves) == (7, 2, 4, 4)
    assert found.raw["repostCount"] == 3
    assert found.views is None


async def test_numbers_by_the_public_appview_need_no_sign_in(line: Line, me: Connected, pds: Servers):
    receipt = await send(line, draft("Counted"))
    line.tokens = dataclasses.replace(me.tokens, access="")
    line.who = dataclasses.replace(line.who, learned={"bluesky.appview": pds.appview})
    assert NETWORK.numbers is not None
    assert (await NETWORK.numbers.of(line, (receipt,)))[receipt.id].likes == 7
