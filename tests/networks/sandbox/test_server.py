"""The sandbox as a network: keys, quotas, counters, pages, and a file that outlives the process."""

import asyncio
import base64
import json
import re
import signal
import sys

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.networks import rules
from postroom.networks.sandbox.server.engagement import counters, poll_votes
from postroom.networks.shape import Format, Poll
from postroom.networks.verdicts import Limited, Rejected, Stop
from tests.networks.files import picture

HOUR = 3600


async def test_the_days_quota_holds_and_says_so(sandbox):
    connected = await sandbox.connect()
    name = connected.identity.username
    await sandbox.admin("POST", "/admin/accounts", {"name": name, "posts_a_day": 1})
    await sandbox.run(connected).to_the_end(tries=1)
    with pytest.raises(Stop) as stopped:
        await sandbox.run(connected).to_the_end(tries=1)
    assert isinstance(stopped.value.verdict, Limited)
    assert stopped.value.verdict.until


async def test_every_answer_tells_of_the_window(sandbox):
    connected = await sandbox.connect()
    line = sandbox.line(connected)
    first, second = [(await line.call("GET", "/api/me")).headers for _ in range(2)]
    assert int(first["X-RateLimit-Remaining"]) == int(second["X-RateLimit-Remaining"]) + 1
    assert int(first["X-RateLimit-Limit"]) == 3000


async def test_what_an_account_learns_makes_the_check_its_own(sandbox):
    photo, page = await sandbox.connect("photo"), await sandbox.connect("page")
    draft = sandbox.run(page).draft
    assert not rules.check(sandbox.network, draft, page.identity.learned)
    found = {problem.code for problem in rules.check(sandbox.network, draft, photo.identity.learned)}
    assert found == {"format", "media.required"}


async def test_nobody_deletes_or_reads_anothers(sandbox):
    mine, theirs = await sandbox.connect(), await sandbox.connect()
    run = sandbox.run(mine)
    receipt = await run.to_the_end(tries=1)
    await sandbox.network.remove(sandbox.line(theirs), receipt)
    assert len([post for post in await sandbox.accepted(mine) if not post["deleted_at"]]) == 1
    assert await sandbox.network.numbers.of(sandbox.line(theirs), (receipt,)) == {}
    media = await sandbox.line(mine).call("GET", "/api/posts")
    assert len(media.field("posts")) == 1
    assert (await sandbox.line(theirs).call("GET", "/api/posts")).field("posts") == []


async def test_counters_come_for_many_and_leave_out_what_is_gone(sandbox):
    connected = await sandbox.connect("page")
    first = await sandbox.run(connected).to_the_end(tries=1)
    second = await sandbox.run(connected, text="Second").to_the_end(tries=1)
    await sandbox.run(connected, text="First!", parent=first, root=first).to_the_end(tries=1)
    await sandbox.network.remove(sandbox.line(connected), second)
    found = await sandbox.network.numbers.of(sandbox.line(connected), (first, second))
    assert set(found) == {first.id}
    assert found[first.id].comments >= 1
    assert found[first.id].raw["views"] == found[first.id].views


@pytest.mark.parametrize("mime", ["image/jpeg", "video/mp4"])
async def test_a_file_that_is_not_what_it_says_is_refused(sandbox, mime):
    connected = await sandbox.connect("photo")

    async def read():
        yield b"#!/bin/sh\n"

    file = type(picture())(kind=picture().kind, mime=mime, bytes=10, name="x.jpg", read=read)
    with pytest.raises(Stop) as stopped:
        await sandbox.run(connected, format=Format.IMAGE, media=(file,)).to_the_end(tries=1)
    assert isinstance(stopped.value.verdict, Rejected)
    assert list((sandbox.store.folder / "media").iterdir()) == []


@given(st.text(max_size=12), st.floats(0, 1e6), st.floats(0, 1e6), st.integers(0, 10**6), st.booleans())
def test_counters_only_grow_and_hold_together(post_id, early, late, followers, is_video):
    early, late = sorted((early, late))
    before, after = (
        counters(post_id=post_id, age=age, followers=followers, reach=0.9, is_video=is_video) for age in (early, late)
    )
    assert all(before[name] <= after[name] for name in before)
    assert after["views"] >= max(after["likes"], after["comments"], after["shares"], after["saves"])
    assert sum(poll_votes(post_id=post_id, votes=after["likes"], options=3)) <= after["likes"]


HOSTILE = '<script>alert("x")</script> & "quotes" https://example.com/?a=1&b=<2> #tag @you'


async def test_pages_are_labelled_and_show_everything_escaped(sandbox):
    connected = await sandbox.connect("microblog", "mira")
    line = sandbox.line(connected)
    receipt = await sandbox.run(connected, text=HOSTILE, options={"spoiler": "<b>"}).to_the_end(tries=1)
    poll = Poll(("<i>yes</i>", "no"), HOUR)
    await sandbox.run(connected, format=Format.POLL, poll=poll, link="javascript:alert(1)").to_the_end(tries=1)
    await sandbox.run(
        connected, format=Format.CAROUSEL, media=(picture(alt='"><script>'), picture(shade=5))
    ).to_the_end(tries=1)
    await sandbox.run(connected, text="And more", parent=receipt, root=receipt).to_the_end(tries=1)
    for path in ("/", "/feed", "/@mira", receipt.url.removeprefix(line.who.server)):
        status, html = await sandbox.page(path)
        assert status == 200
        assert "<script>" not in html
        assert "<i>yes" not in html
        assert "javascript:" not in html
        assert path == "/feed" or "Nothing here is public" in html
        assert not re.findall(r'(?:src|href)="(?:https?:)?//(?!example\.com)', html), "nothing is loaded from elsewhere"
    assert "And more" in html
    for path in ("/@nobody", "/p/none", "/media/none", "/media/..%2fsandbox.db", "/avatar/nobody.svg"):
        assert (await sandbox.page(path))[0] == 404
    assert (await sandbox.page("/feed?before=x"))[0] == 400
    assert (await sandbox.page("/avatar/mira.svg"))[0] == 200


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"text": 7}', b'{"media": ["nope"], "text": "x"}', b'{"format": "reel", "text": "x"}',
     b'{"text": ""}', b'{"text": "x", "poll": {"options": ["a"]}}', b'{"text": "x", "reply_to": "none"}'],
)  # fmt: skip
async def test_bad_input_is_refused_with_a_reason(sandbox, body):
    connected = await sandbox.connect()
    answer = await sandbox.line(connected).call("POST", "/api/posts", body=body, accept={400, 422})
    assert answer.status in {400, 422}
    assert answer.field("message")


async def test_it_runs_as_a_process_and_remembers(tmp_path):
    async def start():
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "postroom.networks.sandbox.server", "--data", str(tmp_path), "--port", "0",
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout
        line = (await process.stdout.readline()).decode()
        assert line.startswith("READY ")
        return process, json.loads(line.removeprefix("READY "))

    process, ready = await start()
    async with aiohttp.ClientSession() as session:
        async with session.post(ready["url"] + "/direct", json={"name": "mira"}) as answer:
            token = (await answer.json())["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        async with session.post(ready["url"] + "/api/posts", json={"text": "Hello"}, headers=headers) as answer:
            assert answer.status == 201
        process.kill()
        await process.wait()
        process, again = await start()
        assert again["admin_token"] == ready["admin_token"]
        assert (tmp_path / "admin-token").stat().st_mode & 0o777 == 0o600
        async with session.get(again["url"] + "/api/posts", headers=headers) as answer:
            assert [post["text"] for post in (await answer.json())["posts"]] == ["Hello"]
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 10) == 0


async def test_the_admin_makes_posts_of_earlier_days(sandbox):
    await sandbox.admin("POST", "/admin/accounts", {"name": "earlier"})
    picture = base64.b64encode(b"\xff\xd8\xff\xe0 a picture").decode()
    earlier = {"account": "earlier", "text": "From before", "format": "image", "made_at": 1_700_000_000}
    made = await sandbox.admin("POST", "/admin/posts", earlier | {"pictures": [picture]})
    assert (made["text"], made["made_at"], len(made["media"])) == ("From before", 1_700_000_000, 1)
    told = await sandbox.admin("GET", "/admin/accepted?account=earlier")
    assert [one["id"] for one in told["posts"]] == [made["id"]]
    for wrong in ({"account": "nobody"}, {"made_at": "yesterday"}, {"pictures": ["?"]}):
        refused = await sandbox.admin("POST", "/admin/posts", earlier | wrong)
        assert refused["error"] == "invalid_field", refused
