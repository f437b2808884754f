"""Settle a doubt: find our status among the account's own.

Proof of presence is a file id of our upload, or the same text in answer to the same status within the time since the
first attempt. Proof of absence is the whole of that time read, with nothing that could be ours in other words.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from postroom.networks import verdicts
from postroom.networks.mastodon import words
from postroom.networks.mastodon.identity import account_id
from postroom.networks.shape import Absent, Bag, Find, Json, Unclear
from postroom.networks.verdicts import Stop

if TYPE_CHECKING:
    from postroom.networks.line import Answer, Line
    from postroom.networks.shape import Draft, Found

PAGE, PAGES = 40, 10
TRUST_AFTER = 120
"""Seconds: a server may still be working on a call whose answer we no longer wait for (its own limit is a minute)."""
ALIKE = 0.6
"""How much of the longer text the shorter one must make up."""
SOURCES_AT_MOST = 5
SLACK = timedelta(seconds=3)
NO_CLOCK = timedelta(seconds=60)


async def look(line: Line, draft: Draft, bag: Bag) -> Found:
    """Read the account's statuses back to the first attempt, newest first, and compare each."""
    ids = [str(one["id"]) for one in bag.get("media", ())]
    doubtful: list[Json] = []
    last, is_complete = "", False
    for _ in range(PAGES):
        page, since = await _page(line, draft, last)
        for found in page:
            at = words.moment(found.get("created_at"))
            if at is not None and at < since:
                is_complete = True
            elif _is_ours(found, draft, ids):
                return words.receipt(found, line.who.server)
            elif _may_be_ours(found, draft, ids):
                doubtful.append(found)
        if is_complete or not page:
            return await _settle(line, draft, doubtful)
        last = str(page[-1]["id"])
    return Unclear(f"the account has more than {PAGE * PAGES} statuses since the first attempt")


async def _page(line: Line, draft: Draft, last: str) -> tuple[list[Json], datetime]:
    """Read a page, and since when a status may be ours, by the server's clock."""
    query = {"limit": str(PAGE), "exclude_reblogs": "true"} | ({"max_id": last} if last else {})
    answer = await line.call("GET", f"/api/v1/accounts/{account_id(line)}/statuses", query=query)
    page = answer.json()
    if not isinstance(page, list) or not all(_is_status(one) for one in page):
        # What can't be read must not pass for "not there".
        raise Stop(verdicts.unreadable("the account's statuses can't be read", answer.touch))
    return page, _since(line, draft, answer)


def _since(line: Line, draft: Draft, answer: Answer) -> datetime:
    """Turn the moment of the first attempt into the server's time, as far as it tells its own."""
    try:
        its_now = parsedate_to_datetime(answer.headers.get("Date", ""))
        return draft.at + (its_now - line.now()) - SLACK
    except (TypeError, ValueError, OverflowError):
        return draft.at - NO_CLOCK


def _is_status(one: Any) -> bool:
    return (
        isinstance(one, dict)
        and bool(one.get("id"))
        and isinstance(one.get("content"), str)
        and isinstance(one.get("media_attachments") or [], list)
        and all(isinstance(file, dict) for file in one.get("media_attachments") or ())
    )


def _answers_the_same(found: Json, draft: Draft) -> bool:
    to = found.get("in_reply_to_id")
    return (None if to is None else str(to)) == words.parent_id(draft)


def _files(found: Json) -> list[str]:
    return [str(one.get("id")) for one in found.get("media_attachments") or ()]


def _is_ours(found: Json, draft: Draft, ids: list[str]) -> bool:
    """Tell by a file's id, which is ours alone, else by text, number of files, poll and what it answers."""
    if not _answers_the_same(found, draft):
        return False
    files = _files(found)
    if ids and set(ids) & set(files):
        return True
    wanted = words.essence(words.text_of(draft))
    if not wanted or words.essence(words.plain(found["content"])) != wanted:
        return False
    return len(files) == len(ids) and _same_poll(found, draft)


def _same_poll(found: Json, draft: Draft) -> bool:
    poll = found.get("poll")
    options = poll.get("options") if isinstance(poll, dict) else None
    given = options if isinstance(options, list) else []
    titles = [words.essence(str(one.get("title") if isinstance(one, dict) else one)) for one in given]
    return titles == [words.essence(one) for one in (draft.poll.options if draft.poll else ())]


def _may_be_ours(found: Json, draft: Draft, ids: list[str]) -> bool:
    """Tell whether a server that changes texts or file ids could have made this of our draft.

    Servers that read Markdown take signs and addresses out of a text, and some add a line; none changes words.
    """
    if not _answers_the_same(found, draft) or len(_files(found)) != len(ids):
        return False
    wanted, there = words.essence(words.text_of(draft)), words.essence(words.plain(found["content"]))
    short, long = sorted((wanted, there), key=len)
    return len(short) >= ALIKE * len(long) and _lies_within(short, long)


def _lies_within(short: str, long: str) -> bool:
    """Tell whether all characters of one text come in the other, in order."""
    rest = iter(long)
    return all(char in rest for char in short)


async def _settle(line: Line, draft: Draft, doubtful: list[Json]) -> Found:
    """Ask for the source of those that look alike: `GET /api/v1/statuses/:id/source`, which not every server has."""
    wanted = " ".join(words.text_of(draft).split())
    for found in doubtful[:SOURCES_AT_MOST]:
        answer = await line.call("GET", f"/api/v1/statuses/{found['id']}/source", accept={403, 404, 405, 410, 501})
        if answer.status != 200 or not wanted:
            return Unclear(f"{found.get('url') or found['id']} looks alike; is it this post?")
        if " ".join(str(answer.field("text")).split()) == wanted and _same_poll(found, draft):
            return words.receipt(found, line.who.server)
    if len(doubtful) > SOURCES_AT_MOST:
        return Unclear(f"{len(doubtful)} statuses look alike")
    if draft.options.get("visibility") == "direct":
        # Servers before 3.5 leave these out of an account's statuses.
        return Unclear("a post to the people mentioned doesn't show among an account's statuses everywhere")
    return Absent()


FIND = Find(look, trust_absence_after=TRUST_AFTER)
