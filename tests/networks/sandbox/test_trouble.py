"""Trouble on demand: armed by the admin or asked for by a post, and counted exactly."""

import pytest

from postroom.networks.sandbox.limits import TROUBLES
from postroom.networks.sandbox.server.trouble import ASKED
from postroom.networks.shape import Absent, Format, Receipt, Unclear
from postroom.networks.verdicts import Expired, Limited, Rejected, Retry, Stop, Touch, Unsure
from tests.networks.files import clip, picture


async def first_stop(run):
    """Run until something stops the draft; the verdict."""
    with pytest.raises(Stop) as stopped:
        await run.to_the_end(tries=1)
    return stopped.value.verdict


@pytest.mark.parametrize(
    ("what", "verdicts", "accepted"),
    [
        ("limited", (Limited, Limited), 0), ("fails_before", (Retry, Unsure), 0), ("fails_after", (Retry, Unsure), 1),
        ("cut_before", (Retry, Unsure), 0), ("cut_after", (Retry, Unsure), 1), ("unreadable", (Unsure, Unsure), 1),
        ("torn", (Retry, Unsure), 1), ("unauthorised", (Expired, Expired), 0), ("refused", (Rejected, Rejected), 0),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["microblog", "page"])
async def test_armed_trouble_strikes_once_and_ends_in_one_post(sandbox, what, verdicts, accepted, kind):
    keyed, bare = verdicts
    connected = await sandbox.connect(kind)
    await sandbox.arm(what, account=connected.identity.username, endpoint="posts")
    run = sandbox.run(connected)
    verdict = await first_stop(run)
    assert isinstance(verdict, keyed if kind == "microblog" else bare), verdict
    assert len(await sandbox.accepted(connected)) == accepted
    if not isinstance(verdict, Rejected):
        await run.after(verdict)
        await run.to_the_end()
        assert len(await sandbox.accepted(connected)) == 1
    assert (await sandbox.admin("GET", "/trouble"))["armed"] == []


async def test_trouble_is_counted_and_meets_only_whom_it_is_meant_for(sandbox):
    one, other = await sandbox.connect(), await sandbox.connect()
    await sandbox.arm("fails_before", account=one.identity.username, endpoint="me", times=2)
    whoami = sandbox.network.connecting.whoami
    assert await whoami(sandbox.line(other))
    for _ in range(2):
        with pytest.raises(Stop):
            await whoami(sandbox.line(one))
    assert await whoami(sandbox.line(one))
    await sandbox.arm("latency", seconds=0.01)
    assert (await sandbox.admin("DELETE", "/trouble"))["armed"] == []


async def test_retry_after_is_passed_on(sandbox):
    connected = await sandbox.connect()
    for given in ("", "120"):
        await sandbox.arm("limited", endpoint="posts", retry_after=given)
        verdict = await first_stop(sandbox.run(connected))
        assert isinstance(verdict, Limited)
        assert verdict.until is not None, "the window's end is told on every answer"


async def test_slow_and_failing_media(sandbox):
    connected = await sandbox.connect("photo")
    await sandbox.arm("slow_media", seconds=1)
    run = sandbox.run(connected, format=Format.REEL, media=(clip(),))
    await run.one()
    answer = await run.step.run(run.line(), run.draft, run.bag)
    assert answer.look_again == 1
    await run.to_the_end(tries=1)
    await sandbox.arm("failing_media")
    verdict = await first_stop(sandbox.run(connected, format=Format.IMAGE, media=(picture(),)))
    assert isinstance(verdict, Rejected)
    assert verdict.where == "media.0"


async def test_only_the_admin_arms(sandbox):
    async with sandbox.session.post(sandbox.base + "/trouble", json={"what": "latency"}) as answer:
        assert answer.status == 401
    assert (await sandbox.arm("nonsense"))["error"] == "invalid_trouble"
    assert (await sandbox.arm("latency", seconds="long"))["error"] == "invalid_trouble"
    async with sandbox.session.get(sandbox.base + "/admin/accepted", headers={"Authorization": "Bearer x"}) as answer:
        assert answer.status == 401


@pytest.mark.parametrize(
    "trouble", [name for name, _ in TROUBLES if name not in {"", "slow", "down", "refused", "unknown"}]
)
@pytest.mark.parametrize("kind", ["microblog", "photo", "page"])
async def test_a_post_may_ask_for_trouble_that_passes(sandbox, trouble, kind):
    connected = await sandbox.connect(kind)
    photo = {"format": Format.IMAGE, "media": (picture(),)} if kind == "photo" else {}
    run = sandbox.run(connected, options={"trouble": trouble}, **photo)
    verdict = await first_stop(run)
    await run.after(verdict)
    assert isinstance(await run.to_the_end(), Receipt)
    assert len(await sandbox.accepted(connected)) == 1


@pytest.mark.parametrize("kind", ["photo", "page", "video"])
async def test_a_post_may_ask_to_stay_unknown(sandbox, kind):
    connected = await sandbox.connect(kind)
    more = {
        "photo": {"format": Format.IMAGE, "media": (picture(),)},
        "video": {"format": Format.REEL, "media": (clip(),)},
    }
    run = sandbox.run(connected, options={"trouble": "unknown"}, **more.get(kind, {}))
    assert isinstance(await first_stop(run), Unsure)
    with pytest.raises(Stop):
        await run.look()
    line = sandbox.line(connected)
    line.touch = Touch.LOOKS
    assert isinstance(await sandbox.network.find.run(line, run.draft, run.bag), Unclear)
    assert not isinstance(await sandbox.network.find.run(line, run.draft, run.bag), Absent)


async def test_a_post_may_ask_for_trouble_that_stays(sandbox):
    connected = await sandbox.connect("page")
    assert isinstance(await first_stop(sandbox.run(connected, options={"trouble": "refused"})), Rejected)
    run = sandbox.run(connected, options={"trouble": "down"})
    for _ in range(3):
        await run.after(await first_stop(run))
    assert await sandbox.accepted(connected) == []


def test_the_composers_choices_are_the_servers():
    assert {name for name, _ in TROUBLES} == {"", *ASKED}
