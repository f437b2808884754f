"""The sorts of account the sandbox has, each shaped after a family of real networks: styles, formats, limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

IMAGE_TYPES = ("image/jpeg", "image/png", "image/webp")
VIDEO_TYPES = ("video/mp4", "video/webm", "video/quicktime")
MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of account.

    style: "one_shot" (a single call publishes) or "container" (stage, wait until ready, publish).
    idempotent: repeats with the same Idempotency-Key are dropped. lookup: how a post can be found again: "key"
    (by the sender's key), "container" (the container tells its post), "list" (only by reading the account's posts).
    limits: laid over the adapter's table, named as there; None = not possible here.
    """

    name: str
    label: str
    style: str
    idempotent: bool
    lookup: str
    formats: tuple[str, ...]
    limits: dict[str, Any]
    video_seconds: float = 0.6
    """How long a video is "transcoded" after its upload."""
    reach: float = 1.0
    """How many people see a post, as a share of the followers."""
    traits: dict[str, str] = field(default_factory=dict)


def _images(most: int, megabytes: int = 10) -> dict[str, Any]:
    return {"images.max": most, "image.types": list(IMAGE_TYPES), "image.bytes": megabytes * MB}


def _videos(most: int, megabytes: int, seconds: int) -> dict[str, Any]:
    return {
        "videos.max": most,
        "video.types": list(VIDEO_TYPES),
        "video.bytes": megabytes * MB,
        "video.seconds.max": seconds,
    }


def _polls(options: int, letters: int, days: int) -> dict[str, Any]:
    return {
        "poll.options.min": 2, "poll.options.max": options, "poll.option.max": letters,
        "poll.seconds.min": 300, "poll.seconds.max": days * 86_400,
    }  # fmt: skip


NO_POLLS: dict[str, Any] = {"poll.options.max": None}
NO_IMAGES: dict[str, Any] = {"images.max": 0, "image.types": None}

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "microblog", "Micro-blog", "one_shot", idempotent=True, lookup="key",
            formats=("text", "image", "carousel", "video", "poll"),
            limits={"text.max": 500, **_images(4), **_videos(1, 40, 180), **_polls(4, 50, 7), "alt.max": 1500},
            reach=0.6,
        ),
        Kind(
            "photo", "Photo album", "container", idempotent=False, lookup="container",
            formats=("image", "carousel", "video", "reel", "story"),
            limits={"text.max": 2200, "tags.max": 30, **_images(10, 8), **_videos(10, 100, 900), **NO_POLLS,
                    "media.required": 1, "media.max": 10, "media.mix": 1, "alt.max": 1000},
            reach=0.9,
        ),
        Kind(
            "video", "Video stage", "container", idempotent=False, lookup="key",
            formats=("video", "reel"),
            limits={"text.max": 2200, **NO_IMAGES, **_videos(1, 1000, 3600), **NO_POLLS, "media.required": 1,
                    "media.max": 1},
            video_seconds=2.0, reach=2.5,
        ),
        Kind(
            "page", "Page", "one_shot", idempotent=False, lookup="list",
            formats=("text", "image", "carousel", "video", "poll"),
            limits={"text.max": 5000, **_images(10), **_videos(1, 200, 1200), **_polls(4, 140, 14), "alt.max": 2000},
            reach=0.35,
        ),
    )
}  # fmt: skip
"""Every kind by its name."""
