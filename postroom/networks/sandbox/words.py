"""Our draft as the sandbox's JSON, and its answers as our words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from postroom.networks.shape import Counters, Draft, Identity, Json, Receipt

TRAITS = ("style", "idempotent", "lookup")


def post_of(draft: Draft, media: list[str]) -> Json:
    """Write a draft as the body of a post or container."""
    body: Json = {
        "format": draft.format.value, "text": draft.text, "media": media, "key": draft.key, "link": draft.link,
        "languages": list(draft.languages), "ai_made": draft.ai_made, **draft.options,
        "reply_to": draft.parent.id if draft.parent else None,
    }  # fmt: skip
    if draft.poll:
        body["poll"] = {
            "options": list(draft.poll.options), "seconds": draft.poll.seconds, "multiple": draft.poll.multiple,
        }  # fmt: skip
    return {name: value for name, value in body.items() if value not in (None, "", [], False)}


def receipt_of(post: Mapping[str, Any]) -> Receipt:
    """Read a post as a receipt."""
    return Receipt(id=str(post["id"]), url=str(post["url"]))


def is_same(draft: Draft, post: Mapping[str, Any]) -> bool:
    """Whether a listed post is this draft, by all that a list shows."""
    return (
        post.get("text") == draft.text
        and post.get("format") == draft.format.value
        and len(post.get("media") or ()) == len(draft.media)
        and post.get("reply_to") == (draft.parent.id if draft.parent else None)
    )


def identity_of(me: Mapping[str, Any]) -> Identity:
    """Read who it is and what this kind of account may do."""
    learned = {name: tuple(value) if isinstance(value, list) else value for name, value in me["limits"].items()}
    learned |= {"formats": tuple(me["formats"])} | {f"sandbox.{name}": me[name] for name in TRAITS}
    return Identity(
        network_user_id=me["id"], username=me["name"], display_name=me["display_name"], bio=me["bio"],
        avatar_url=me["avatar"], profile_url=me["url"], followers=me["followers"], following=me["following"],
        posts=me["posts"], learned=learned | {"sandbox.kind": me["kind"]},
    )  # fmt: skip


def counters_of(numbers: Mapping[str, int]) -> Counters:
    """Read a post's counters."""
    return Counters(
        views=numbers["views"], likes=numbers["likes"], comments=numbers["comments"], shares=numbers["shares"],
        saves=numbers["saves"], raw=dict(numbers),
    )  # fmt: skip
