"""What the sandbox takes at most. Each kind of account has its own limits, learned when it connects."""

from __future__ import annotations

from datetime import date
from typing import Any

from postroom.networks.shape import Format, Limit, Option

CHECKED = date(2026, 11, 20)
MB = 1024 * 1024
IMAGE_TYPES = ("image/jpeg", "image/png", "image/webp")
VIDEO_TYPES = ("video/mp4", "video/webm", "video/quicktime")


def _row(what: str, amount: Any, unit: str = "", *, hard: bool = True, formats: tuple[Format, ...] = ()) -> Limit:
    return Limit(what, amount, unit, hard=hard, source="sandbox server: kinds.py", checked=CHECKED, formats=formats)


LIMITS: tuple[Limit, ...] = (
    _row("text.max", 5000, "codepoint"),
    _row("images.max", 10),
    _row("images.max", 1, formats=(Format.IMAGE,)),
    _row("videos.max", 10),
    _row("videos.max", 1, formats=(Format.VIDEO, Format.REEL)),
    _row("media.max", 10),
    _row("media.max", 1, formats=(Format.STORY,)),
    _row("media.required", 1, formats=(Format.IMAGE, Format.VIDEO, Format.REEL, Format.STORY)),
    _row("media.required", 2, formats=(Format.CAROUSEL,)),
    _row("media.mix", 1),
    _row("image.types", IMAGE_TYPES),
    _row("image.bytes", 10 * MB, "B"),
    _row("image.width.max", 8192, "px", hard=False),
    _row("image.ratio.min", 0.5, formats=(Format.STORY,), hard=False),
    _row("image.ratio.max", 0.8, formats=(Format.STORY,), hard=False),
    _row("video.types", VIDEO_TYPES),
    _row("video.bytes", 1000 * MB, "B"),
    _row("video.seconds.max", 3600, "s"),
    _row("video.seconds.min", 1, "s"),
    _row("video.seconds.max", 180, "s", formats=(Format.REEL,)),
    _row("alt.max", 2000, "codepoint"),
    _row("poll.options.min", 2),
    _row("poll.options.max", 4),
    _row("poll.option.max", 140, "codepoint"),
    _row("poll.seconds.min", 300, "s"),
    _row("poll.seconds.max", 14 * 86_400, "s"),
    _row("posts", 500, "per 86400 s"),
    _row("requests", 3000, "per 300 s"),
)
"""The widest of all kinds; what a connected account may is laid over it."""

TROUBLES = (
    ("", "None"),
    ("slow", "Answers after 5 seconds"),
    ("busy", "Fails once (503), then works"),
    ("down", "Always fails (503)"),
    ("limited", "Asks to wait 20 seconds (429)"),
    ("never_arrived", "Connection cut before it is accepted"),
    ("lost_answer", "Accepted, but the answer is lost"),
    ("unreadable", "Accepted, but the answer makes no sense"),
    ("unknown", "Accepted, answer lost, and it can't be looked up"),
    ("expired", "The key is not accepted once (401)"),
    ("refused", "Refused for good (422)"),
)
OPTIONS: tuple[Option, ...] = (
    Option(
        "trouble", "Trouble", "choice", choices=TROUBLES, default="",
        help="Sandbox only: see what happens when the network misbehaves while this is published.",
    ),
    Option(
        "visibility", "Visible to", "choice", default="public",
        choices=(("public", "Everybody"), ("followers", "Followers")),
    ),
    Option("spoiler", "Content warning", "text", max_length=200),
    Option("title", "Title", "text", max_length=100, formats=(Format.VIDEO, Format.REEL)),
)  # fmt: skip
