"""What is sent: bodies, files, threads; and what the server's own words lead to."""

import dataclasses
from datetime import timedelta

import pytest

from postroom.networks import rules
from postroom.networks.mastodon import NETWORK, numbers, steps
from postroom.networks.shape import Format, Poll, Receipt, Wait
from postroom.networks.verdicts import Rejected, Stop
from tests.networks.files import clip, picture
from tests.networks.mastodon.modes import HOLLO, MASTODON

SMALL = {"width": 64, "height": 64}


async def test_a_status_carries_what_the_draft_says(desk):
    options = {"spoiler": "Food", "sensitive": True, "visibility": "unlisted"}
    draft = desk.samples.fresh(text="Hello", languages=("de", "en"), options=options)
    receipt = await desk.publish(draft)
    assert desk.asked("POST", "/api/v1/statuses") == [
        {"status": "Hello", "visibility": "unlisted", "spoiler_text": "Food", "sensitive": True, "language": "de"}
    ]
    assert receipt.id == desk.fake.public[0]["id"]
    assert receipt.url.endswith(receipt.id)


async def test_a_repeat_with_our_key_is_the_first_status(desk):
    draft = desk.samples.draft("text")
    first = await desk.publish(draft)
    assert await desk.publish(draft) == first
    assert len(desk.fake.public) == 1


async def test_a_poll_is_sent_as_asked(desk):
    poll = Poll(("Tea", "Coffee", "Water"), 86_400, hide_totals=True)
    await desk.publish(desk.samples.fresh(format=Format.POLL, text="What?", poll=poll))
    assert desk.asked("POST", "/api/v1/statuses")[0]["poll"] == {
        "options": ["Tea", "Coffee", "Water"],
        "expires_in": 86_400,
        "multiple": False,
        "hide_totals": True,
    }


async def test_files_go_up_in_their_order_with_words_and_focus(desk):
    files = [picture(shade=shade, alt=f"Shade {shade}", **SMALL) for shade in (1, 2, 3)]
    files[1] = dataclasses.replace(files[1], focus=(-0.5, 2), name='my "secret"\nname.jpg')
    await desk.publish(desk.samples.fresh(format=Format.CAROUSEL, text="Three", media=tuple(files)))
    sent = [desk.fake.files[name] for name in desk.asked("POST", "/api/v1/statuses")[0]["media_ids"]]
    assert [file.description for file in sent] == ["Shade 1", "Shade 2", "Shade 3"]
    assert [file.focus for file in sent] == ["", "-0.50,1.00", ""]
    assert [file.size for file in sent] == [file.bytes for file in files]


async def test_each_file_is_kept_in_the_bag_so_that_none_goes_up_twice(desk):
    run = desk.run("four")
    for done in range(4):
        answer = await run.step.run(run.line(), run.draft, run.bag)
        assert isinstance(answer, Wait)
        run.bag = answer.bag
        assert len(run.bag["media"]) == done + 1
    await run.to_the_end(tries=1)
    assert len(desk.asked("POST", "/api/v2/media")) == 4


async def test_a_film_is_looked_at_until_it_is_ready(desk):
    await desk.publish("film")
    assert len(desk.asked("GET", "/api/v1/media/")) == 2
    assert len(desk.fake.public[0]["media_attachments"]) == 1


async def test_the_looks_at_a_film_grow_rarer_and_end(desk):
    run, waits = desk.run("film"), []
    answer = await run.step.run(run.line(), run.draft, {})
    next(iter(desk.fake.files.values())).looks = 10_000

    async def wait() -> None:
        nonlocal answer
        while isinstance(answer, Wait):
            waits.append(answer.look_again)
            answer = await run.step.run(run.line(), run.draft, answer.bag)

    with pytest.raises(Stop) as stopped:
        await wait()
    assert isinstance(stopped.value.verdict, Rejected)
    assert waits[:6] == [1, 2, 4, 8, 15, 15]
    assert 900 <= sum(waits) <= 1200


async def test_a_file_that_the_server_lost_goes_up_again_in_its_place(desk):
    run = desk.run("four")
    for _ in range(3):
        run.bag = (await run.step.run(run.line(), run.draft, run.bag)).bag
    run.bag["media"][1] |= {"ready": False, "id": "0"}
    await run.to_the_end(tries=1)
    shown = [file["description"] for file in desk.fake.public[0]["media_attachments"]]
    assert len(shown) == 4
    sizes = [desk.fake.files[file["id"]].size for file in desk.fake.public[0]["media_attachments"]]
    assert sizes == [file.bytes for file in run.draft.media]


async def test_a_file_that_the_server_keeps_losing_is_given_up(desk):
    desk.fake.say("GET", "/api/v1/media/", 404, '{"error":"Record not found"}', times=20)
    verdict = await desk.verdict("film")
    assert isinstance(verdict, Rejected)
    assert verdict.where == "media.0"


async def test_a_film_that_cannot_be_processed_is_refused(desk):
    run = desk.run("film")
    run.bag = (await run.step.run(run.line(), run.draft, {})).bag
    next(iter(desk.fake.files.values())).has_failed = True
    with pytest.raises(Stop) as stopped:
        await run.to_the_end(tries=1)
    assert isinstance(stopped.value.verdict, Rejected)
    assert stopped.value.verdict.where == "media.0"


async def test_files_that_were_deleted_while_the_post_was_held_go_up_again(desk):
    run = desk.run("four")
    await run.one()
    desk.fake.files.pop(run.bag["media"][2]["id"])
    await run.to_the_end(tries=1)
    assert len(desk.fake.public[0]["media_attachments"]) == 4
    assert len(desk.asked("POST", "/api/v2/media")) == 8


async def test_files_that_are_in_our_own_status_already_lead_to_it(desk):
    desk.fake.mode = dataclasses.replace(MASTODON, idempotency="ignored")
    run = desk.run("picture")
    await run.one()
    first = await run.step.run(run.line(), run.draft, run.bag)
    assert await run.step.run(run.line(), run.draft, run.bag) == first
    assert len(desk.fake.public) == 1


async def test_a_server_that_takes_no_file_of_ours_is_believed_the_second_time(desk):
    body = '{"error":"Media 11 not found or already attached to another post"}'
    desk.fake.say("POST", "/api/v1/statuses", 422, body, times=2)
    verdict = await desk.verdict("picture")
    assert isinstance(verdict, Rejected)
    assert verdict.where == "media"


async def test_files_older_than_half_a_day_go_up_again_before_the_server_deletes_them(desk):
    run = desk.run("picture")
    await run.one()
    run.bag["media"][0]["at"] = (run.line().now() - timedelta(hours=13)).isoformat()
    await run.to_the_end(tries=1)
    assert len(desk.asked("POST", "/api/v2/media")) == 2


THUMBNAIL = '{"error":"Error processing thumbnail for uploaded media"}'


async def test_a_thumbnail_that_fails_once_may_work_and_twice_is_a_no(desk):
    desk.fake.say("POST", "/api/v2/media", 500, THUMBNAIL)
    await desk.publish("picture")
    desk.fake.say("POST", "/api/v2/media", 500, THUMBNAIL, times=2)
    verdict = await desk.verdict("picture")
    assert isinstance(verdict, Rejected)
    assert "thumbnail" in verdict.why


@pytest.mark.parametrize("desk", [HOLLO], indirect=True)
async def test_a_server_with_the_first_version_of_uploads_only_is_served(desk):
    receipt = await desk.publish("four")
    assert len(desk.fake.public[0]["media_attachments"]) == 4
    assert "-" in receipt.id, "ids are any string"


async def test_a_thread_hangs_together_and_an_answer_to_what_is_gone_is_refused(desk):
    root = await desk.publish("text")
    second = await desk.publish(desk.samples.fresh(text="Second", parent=root, root=root))
    assert desk.fake.public[1]["in_reply_to_id"] == root.id
    await steps.remove(desk.open_line(), second)
    await steps.remove(desk.open_line(), second)  # a second time is no error
    verdict = await desk.verdict(desk.samples.fresh(text="Third", parent=second, root=root))
    assert isinstance(verdict, Rejected)
    assert verdict.where == "items"


async def test_a_link_that_the_text_lacks_comes_after_it_and_is_counted(desk):
    draft = desk.samples.fresh(text="Read", link="https://example.com/" + "a" * 600)
    await desk.publish(draft)
    assert desk.asked("POST", "/api/v1/statuses")[0]["status"] == f"Read\n\n{draft.link}"
    assert rules.count_text(NETWORK, draft, desk.access.who.learned) == (4 + 2 + 23, 500)


@pytest.mark.parametrize("over", [0, 1])
async def test_rules_and_server_count_alike(desk, over):
    text = "@ada@a-very-long-name.example 👨‍👩‍👧‍👦 #é https://example.com/" + "b" * 100 + " "
    options = {"spoiler": "Spoiler 🇩🇪"}
    size = rules.count_text(NETWORK, desk.samples.fresh(text=text, options=options))[0]
    draft = desk.samples.fresh(text=text + "a" * (500 - size + over), options=options)
    assert [problem.code for problem in rules.check(NETWORK, draft)] == ["text.max"] * over
    if over:
        assert isinstance(await desk.verdict(draft), Rejected)
    else:
        assert await desk.publish(draft)


async def test_counters_are_read_in_bulk(desk):
    receipts = [await desk.publish("text"), await desk.publish("poll")]
    gone = Receipt("1", "https://fake.example/1", {"id": "1"})
    found = await numbers.of(desk.open_line(), (*receipts, gone))
    assert set(found) == {receipt.id for receipt in receipts}
    one = found[receipts[1].id]
    assert (one.likes, one.shares, one.comments, one.views) == (5, 2, 1, None)
    assert one.raw["votes_count"] == 3
    assert len([path for _, path, _ in desk.fake.requests if "id%5B%5D" in path or "id[]" in path]) == 1


@pytest.mark.parametrize("desk", [HOLLO], indirect=True)
async def test_counters_are_read_one_by_one_where_there_is_no_bulk(desk):
    receipts = (await desk.publish("text"), Receipt("gone", "https://fake.example/1", {"id": "gone"}))
    found = await numbers.of(desk.open_line(), receipts)
    assert set(found) == {receipts[0].id}


def test_formats_and_mixes_are_checked_before_anything_is_sent():
    from tests.networks.mastodon.samples import MastodonSamples

    samples = MastodonSamples()
    both = samples.fresh(format=Format.CAROUSEL, text="x", media=(picture(), clip(seconds=1)))
    assert "media.mix" in [problem.code for problem in rules.check(NETWORK, both)]
    story = samples.fresh(format=Format.STORY, text="x", media=(picture(),))
    assert "format" in [problem.code for problem in rules.check(NETWORK, story)]
    assert MASTODON.idempotency == "honoured"
