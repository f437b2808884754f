"""Publishing: put the files up one by one, wait until the server has worked on them, then one status."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from postroom.networks import verdicts
from postroom.networks.line import Part
from postroom.networks.mastodon import words
from postroom.networks.mastodon.errors import read_error
from postroom.networks.mastodon.looking import look
from postroom.networks.shape import Bag, Go, Json, Receipt, Step, StepAnswer, Unclear, Wait
from postroom.networks.verdicts import Rejected, Retry, Stop, Touch, Unsure

if TYPE_CHECKING:
    from postroom.networks.line import Answer, Line
    from postroom.networks.shape import Draft

UPLOAD_SECONDS = 300
LOOKS_AT_MOST = 70
"""Looks at a file in work; with the pauses of `_pause` that is a quarter of an hour."""
PROCESSING, GONE = 206, 404
KEPT = timedelta(hours=12)
"""How long an upload is relied on: with nothing attached it is deleted after about a day, by old servers in silence."""


async def media(line: Line, draft: Draft, bag: Bag) -> StepAnswer:
    """Put up the next file, or look at the one in work; after each the bag is kept, so that none goes up twice.

    A file that nothing was attached to is deleted by the server after about a day: before, it goes up again.
    """
    files: list[Json] = [dict(one) for one in bag.get("media", ())]
    if files and line.now() - datetime.fromisoformat(files[0]["at"]) > KEPT:
        files = []
    for index, one in enumerate(files):
        if not one["ready"]:
            return await _look(line, bag, files, index)
    if len(files) < len(draft.media):
        return await _upload(line, draft, bag, files)
    return Go({**bag, "v": 1})


async def _upload(line: Line, draft: Draft, bag: Bag, files: list[Json]) -> StepAnswer:
    """`POST /api/v2/media`: 200 ready, 202 in work. A second 500 about one file's thumbnail is a no."""
    answer = await _send(line, draft, len(files), "/api/v2/media")
    if answer.status == GONE:  # servers older than 3.1.3, and some that are compatible, know the first version only
        answer = await _send(line, draft, len(files), "/api/v1/media")
    if answer.status == 500:
        return _failed(line, answer, bag, len(files))
    if answer.status == GONE:
        raise Stop(line.judge(answer))
    at = line.now().isoformat(timespec="seconds")
    files.append({"id": str(answer.field("id")), "ready": answer.status != 202, "looks": 0, "at": at})
    return Wait({**bag, "v": 1, "media": files, "failed": 0}, 0 if files[-1]["ready"] else _pause(0))


async def _send(line: Line, draft: Draft, index: int, path: str) -> Answer:
    one = draft.media[index]
    if one.read is None:
        raise Stop(Retry("a file has no content to read yet"))
    parts = [Part("file", one.read(), filename=words.filename(one), mime=one.mime)]
    if one.alt:
        parts.append(Part("description", one.alt))
    focus = words.focus(one)
    if focus:
        parts.append(Part("focus", focus))
    return await line.call("POST", path, parts=parts, timeout=UPLOAD_SECONDS, accept={GONE, 500})


def _failed(line: Line, answer: Answer, bag: Bag, index: int) -> StepAnswer:
    """500 {"error":"Error processing thumbnail for uploaded media"} speaks of the file; any other 500 of the server."""
    message = read_error(answer)[1]
    if "processing thumbnail" not in message.lower():
        raise Stop(line.judge(answer))
    if bag.get("failed", 0) >= 1:
        raise Stop(Rejected(f"the server could not process file {index + 1} ({message})", f"media.{index}"))
    return Wait({**bag, "v": 1, "failed": 1}, 5)


async def _look(line: Line, bag: Bag, files: list[Json], index: int) -> StepAnswer:
    """`GET /api/v1/media/:id`: 206 in work, 200 ready, 422 could not be processed, 404 deleted."""
    one = files[index]
    answer = await line.call("GET", f"/api/v1/media/{one['id']}", accept={GONE, 422})
    if answer.status == 422:
        why = read_error(answer)[1] or "no reason given"
        raise Stop(Rejected(f"the server could not process file {index + 1} ({why})", f"media.{index}"))
    if answer.status == GONE:
        lost = bag.get("lost", 0) + 1
        if lost > len(files) + 2:
            raise Stop(Rejected("the server keeps losing the file", f"media.{index}"))
        # Those after it go up again too: the order of uploads is the order of the post's files.
        return Wait({**bag, "media": files[:index], "lost": lost}, 0)
    if answer.status == PROCESSING:
        one["looks"] += 1
        if one["looks"] > LOOKS_AT_MOST:
            raise Stop(Rejected("the server did not finish with the file in a quarter of an hour", f"media.{index}"))
        return Wait({**bag, "media": files}, _pause(one["looks"]))
    one["ready"] = bool(answer.field("id"))
    return Wait({**bag, "media": files}, 0)


def _pause(looks: int) -> float:
    """Seconds until the next look: 1, 2, 4, 8, then 15."""
    return float(min(2**looks, 15))


async def publish(line: Line, draft: Draft, bag: Bag) -> StepAnswer:
    """`POST /api/v1/statuses` with our stored key.

    The key helps and proves nothing: Mastodon drops repeats for an hour, but not two at once, and of three compatible
    servers two ignored it and one kept it for repeats in a row only (seen 2026-11-20). So doubt is settled by looking.
    """
    staged = await media(line, draft, bag)  # makes no call while the files are there and young
    if not isinstance(staged, Go):
        return staged
    ids = [one["id"] for one in staged.bag.get("media", ())]
    answer = await line.call(
        "POST",
        "/api/v1/statuses",
        json=words.status(draft, ids),
        headers={"Idempotency-Key": draft.key},
        accept={422},
    )
    if answer.status == 422:
        return await _without_files(line, draft, staged.bag, answer)
    if not answer.field("id"):
        raise Stop(verdicts.unreadable("the answer names no status", answer.touch))
    return words.receipt(answer.json(), line.who.server)


async def _without_files(line: Line, draft: Draft, bag: Bag, answer: Answer) -> StepAnswer:
    """422 {"error":"Media 11 not found or already attached to another post"}, since 4.3: deleted, or in our own status.

    A status with our files would be found by them; where there is none, they go up again, once.
    """
    if "already attached" not in read_error(answer)[1].lower() or bag.get("anew"):
        raise Stop(line.judge(answer))
    found = await look(line, draft, bag)
    if isinstance(found, Receipt):
        return found
    if isinstance(found, Unclear):
        raise Stop(Unsure(found.why))
    return Wait({**bag, "media": [], "anew": True}, 0)


async def remove(line: Line, receipt: Receipt) -> None:
    """Delete a status; one that is gone already is as good. 30 in 30 minutes."""
    await line.call("DELETE", f"/api/v1/statuses/{receipt.id}", accept={GONE, 410})


STEPS = (Step("media", Touch.STAGES, media), Step("publish", Touch.PUBLISHES, publish))
