"""What a post must be to be taken: the server's own look at its limits, whatever the sender checked before."""

from __future__ import annotations

from typing import Any

from postroom.networks.sandbox.server.accounts import kind_of
from postroom.networks.sandbox.server.answers import Refusal
from postroom.networks.sandbox.server.kinds import Kind
from postroom.networks.sandbox.server.storage import Row, Store

FIELDS = {
    "text": str, "format": str, "media": list, "poll": dict, "reply_to": str, "key": str, "trouble": str,
    "title": str, "link": str, "visibility": str, "spoiler": str, "ai_made": bool, "languages": list,
}  # fmt: skip


def check_post(store: Store, account: Row, body: dict[str, Any]) -> dict[str, Any]:
    """Give the post in a clean form, or refuse with the field at fault."""
    post = {name: body[name] for name in FIELDS if body.get(name) not in (None, "", [], {})}
    for name, value in post.items():
        if not isinstance(value, FIELDS[name]):
            raise Refusal(422, "invalid_field", f"{name} must be a {FIELDS[name].__name__}", field=name)
    kind, is_reply = kind_of(account), "reply_to" in post
    _check_format(kind, post, is_reply=is_reply)
    _check_text(kind, post)
    _check_media(store, account, kind, post, is_reply=is_reply)
    _check_poll(kind, post)
    if is_reply:
        _check_parent(store, post)
    if not (post.get("text") or post.get("media") or post.get("poll")):
        raise Refusal(422, "empty", "There is nothing to post", field="text")
    return post


def _check_format(kind: Kind, post: dict[str, Any], *, is_reply: bool) -> None:
    chosen = post.setdefault("format", "text")
    if not is_reply and chosen not in kind.formats:
        raise Refusal(422, "invalid_format", f"A {kind.label} takes {', '.join(kind.formats)}", field="format")


def _check_text(kind: Kind, post: dict[str, Any]) -> None:
    most = kind.limits["text.max"]
    if len(post.get("text", "")) > most:
        raise Refusal(422, "text_too_long", f"At most {most} characters are allowed", field="text")
    if post.get("text", "").count("#") > kind.limits.get("tags.max", 1_000):
        raise Refusal(422, "too_many_tags", "Too many hashtags", field="text")


def _check_media(store: Store, account: Row, kind: Kind, post: dict[str, Any], *, is_reply: bool) -> None:
    images = videos = 0
    for media_id in post.get("media", []):
        media = store.one("select * from media where id = ? and account_id = ?", str(media_id), account["id"])
        if media is None:
            raise Refusal(422, "no_such_media", f"There is no upload {media_id}", field="media")
        images += media["mime"].startswith("image/")
        videos += media["mime"].startswith("video/")
    if images > kind.limits["images.max"] or videos > kind.limits["videos.max"]:
        raise Refusal(422, "too_many_media", "Too many pictures or videos", field="media")
    if images + videos > kind.limits.get("media.max", 1_000):
        raise Refusal(422, "too_many_media", "Too many files", field="media")
    if images and videos and not kind.limits.get("media.mix"):
        raise Refusal(422, "mixed_media", "Pictures and videos can't go together", field="media")
    if images + videos < kind.limits.get("media.required", 0) and not is_reply:
        raise Refusal(422, "media_needed", "A picture or video is needed", field="media")


def _check_poll(kind: Kind, post: dict[str, Any]) -> None:
    poll = post.get("poll")
    if poll is None:
        return
    most, options = kind.limits["poll.options.max"], poll.get("options")
    if most is None or not isinstance(options, list) or not 2 <= len(options) <= most:
        raise Refusal(422, "invalid_poll", f"A poll needs 2 to {most or 0} answers here", field="poll.options")
    if any(not str(option).strip() or len(str(option)) > kind.limits["poll.option.max"] for option in options):
        raise Refusal(422, "invalid_poll", "An answer is empty or too long", field="poll.options")
    low, high = kind.limits["poll.seconds.min"], kind.limits["poll.seconds.max"]
    if not low <= int(poll.get("seconds") or 0) <= high:
        raise Refusal(422, "invalid_poll", f"A poll is open {low} to {high} seconds", field="poll.seconds")


def _check_parent(store: Store, post: dict[str, Any]) -> None:
    parent = store.one("select * from post where id = ? and deleted_at is null", post["reply_to"])
    if parent is None:
        raise Refusal(422, "no_such_parent", "The post replied to is not there", field="reply_to")
    post["root"] = parent["root"] or parent["id"]
