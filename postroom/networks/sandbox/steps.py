"""Publishing: files first, then in one call or by a container, whichever this kind of account wants."""

from __future__ import annotations

from typing import Any

from postroom.networks.line import Line, Part
from postroom.networks.sandbox import words
from postroom.networks.shape import Absent, Bag, Draft, Found, Go, Media, Receipt, StepAnswer, Unclear, Wait
from postroom.networks.verdicts import Rejected, Stop, unreadable

LOOK_AGAIN = 1.0
"""Seconds between two looks at something that is being processed."""
UPLOAD_SECONDS = 600.0
EMPTY: Bag = {"v": 1, "media": [], "container": None}


def _trait(line: Line, name: str) -> Any:
    """What is known of this kind of account; nothing is known of one that connected by hand."""
    return (line.who.learned or {}).get(f"sandbox.{name}")


def _in_container(line: Line, draft: Draft) -> bool:
    """Replies and first comments are one call everywhere."""
    return _trait(line, "style") == "container" and draft.parent is None


async def upload(line: Line, draft: Draft, bag: Bag) -> StepAnswer:
    """Upload the files. Repeating leaves unused uploads behind, which nobody sees."""
    ids = [await _upload_one(line, media) for media in draft.media]
    return Go({**EMPTY, **bag, "media": ids})


async def _upload_one(line: Line, media: Media) -> str:
    if media.read is None:
        raise Stop(Rejected(f"{media.name} can't be read", "media"))
    parts = (Part("alt", media.alt), Part("file", media.read(), filename=media.name, mime=media.mime))
    answer = await line.call("POST", "/api/media", parts=parts, timeout=UPLOAD_SECONDS)
    return str(answer.field("id"))


async def await_media(line: Line, draft: Draft, bag: Bag) -> StepAnswer:
    """Wait until the files are processed."""
    for index, media_id in enumerate(bag["media"]):
        answer = await line.call("GET", f"/api/media/{media_id}")
        match answer.field("state"):
            case "failed":
                raise Stop(Rejected(f"the sandbox could not process {draft.media[index].name}", f"media.{index}"))
            case "processing":
                return Wait(bag, LOOK_AGAIN)
    return Go(bag)


async def make_container(line: Line, draft: Draft, bag: Bag) -> StepAnswer:
    """Stage the post, where this kind of account wants that. A repeat leaves an unused container."""
    if not _in_container(line, draft):
        return Go(bag)
    answer = await line.call("POST", "/api/containers", json=words.post_of(draft, bag["media"]))
    return Go({**bag, "container": answer.field("id")})


async def await_container(line: Line, draft: Draft, bag: Bag) -> StepAnswer:  # noqa: ARG001 - a step's signature
    """Wait until the container may be published."""
    if bag["container"] is None:
        return Go(bag)
    answer = await line.call("GET", f"/api/containers/{bag['container']}")
    match answer.field("state"):
        case "failed":
            raise Stop(Rejected("the sandbox could not process this post", "media"))
        case "processing":
            return Wait(bag, LOOK_AGAIN)
    return Go(bag)


async def post_with_key(line: Line, draft: Draft, bag: Bag) -> StepAnswer:
    """Publish in one call, where repeats of our key are dropped."""
    if bag["container"] is not None or not _trait(line, "idempotent"):
        return Go(bag)
    headers = {"Idempotency-Key": draft.key}
    answer = await line.call("POST", "/api/posts", json=words.post_of(draft, bag["media"]), headers=headers)
    return _receipt(answer)


async def publish(line: Line, draft: Draft, bag: Bag) -> StepAnswer:
    """Publish the container, or in one call that must not be repeated blindly."""
    if bag["container"] is not None:
        answer = await line.call("POST", f"/api/containers/{bag['container']}/publish")
    else:
        answer = await line.call("POST", "/api/posts", json=words.post_of(draft, bag["media"]))
    return _receipt(answer)


def _receipt(answer: Any) -> Receipt:
    post = {"id": answer.field("id"), "url": answer.field("url")}
    if not all(isinstance(value, str) and value for value in post.values()):
        raise Stop(unreadable("the answer names no post", answer.touch))
    return words.receipt_of(post)


async def find(line: Line, draft: Draft, bag: Bag) -> Found:
    """Look a post up: by its container, by our key, or in the account's list."""
    if bag.get("container"):
        return await _find_by_container(line, bag)
    query = {"since": f"{draft.at.timestamp():.6f}"}
    by_key = _trait(line, "lookup") == "key"
    if by_key:
        query["key"] = draft.key
    answer = await line.call("GET", "/api/posts", query=query)
    same = [post for post in answer.field("posts") if by_key or words.is_same(draft, post)]
    if same:
        return words.receipt_of(same[-1])
    return Unclear("the sandbox is still indexing") if answer.field("indexing") else Absent()


async def _find_by_container(line: Line, bag: Bag) -> Found:
    answer = await line.call("GET", f"/api/containers/{bag['container']}")
    match answer.field("state"):
        case "published":
            post = answer.field("post")
            return words.receipt_of(post) if post else Absent()
        case "indexing":
            return Unclear("the sandbox is still indexing")
    return Absent()


async def remove(line: Line, receipt: Receipt) -> None:
    """Take a post down. One that is gone already is no error."""
    await line.call("DELETE", f"/api/posts/{receipt.id}")
