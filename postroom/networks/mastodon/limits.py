"""Mastodon's limits as a server has them out of the box; what one server says of itself is laid over them.

Which key of `GET /api/v2/instance` speaks of which row stands in `learning.py`.
"""

from __future__ import annotations

from datetime import date

from postroom.networks.shape import Format, Limit

SEEN = date(2026, 11, 20)
INSTANCE = "https://docs.joinmastodon.org/entities/Instance/"
POSTING = "https://docs.joinmastodon.org/user/posting/"
STATUSES = "https://docs.joinmastodon.org/methods/statuses/"
RATES = "https://docs.joinmastodon.org/api/rate-limits/"
LIMITER = "https://github.com/mastodon/mastodon/blob/main/app/lib/rate_limiter.rb"

IMAGES = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/heic", "image/heif")
VIDEOS = ("video/mp4", "video/webm", "video/quicktime", "video/ogg")
WITH_FILES = (Format.IMAGE, Format.VIDEO)

LIMITS = (
    # A link counts 23, of @user@domain only @user counts, and the content warning counts too (see words.counted).
    Limit("text.max", 500, "grapheme_local_mentions", source=INSTANCE, checked=SEEN),
    Limit("text.url_weight", 23, source=INSTANCE, checked=SEEN),
    Limit("text.required", 1, formats=(Format.POLL,), source=STATUSES, checked=SEEN),
    Limit("languages.max", 1, hard=False, source=STATUSES, checked=SEEN, note="only the first is sent"),
    Limit("media.required", 1, formats=WITH_FILES, source=STATUSES, checked=SEEN),
    Limit("media.required", 2, formats=(Format.CAROUSEL,), source=STATUSES, checked=SEEN),
    Limit("media.max", 4, source=INSTANCE, checked=SEEN),
    Limit("images.max", 4, source=INSTANCE, checked=SEEN),
    Limit("videos.max", 1, source=POSTING, checked=SEEN),
    Limit("media.mix", 0, source=POSTING, checked=SEEN),
    Limit("image.types", IMAGES, source=INSTANCE, checked=SEEN),
    Limit("image.bytes", 16_777_216, "byte", source=INSTANCE, checked=SEEN),
    Limit("image.pixels", 33_177_600, source=INSTANCE, checked=SEEN, note="made smaller to about 8.3 million"),
    Limit("video.types", VIDEOS, source=INSTANCE, checked=SEEN),
    Limit("video.bytes", 103_809_024, "byte", source=INSTANCE, checked=SEEN),
    Limit("video.pixels", 8_294_400, source=INSTANCE, checked=SEEN),
    Limit("gif.types", ("image/gif",), source=INSTANCE, checked=SEEN),
    Limit("gif.bytes", 16_777_216, "byte", source=INSTANCE, checked=SEEN),
    # a bigger one is refused, or stays a still picture
    Limit("gif.pixels", 921_600, hard=False, source=POSTING, checked=SEEN, sure=False),
    Limit("alt.max", 1500, source=INSTANCE, checked=SEEN),
    Limit("poll.options.min", 2, source=STATUSES, checked=SEEN),
    Limit("poll.options.max", 4, source=INSTANCE, checked=SEEN),
    Limit("poll.option.max", 50, source=INSTANCE, checked=SEEN),
    Limit("poll.seconds.min", 300, source=INSTANCE, checked=SEEN),
    Limit("poll.seconds.max", 2_629_746, source=INSTANCE, checked=SEEN),
    Limit("posts", 300, "per 10800 s", source=LIMITER, checked=SEEN),
    Limit("requests", 300, "per 300 s", source=RATES, checked=SEEN),
    Limit("uploads", 30, "per 1800 s", source=RATES, checked=SEEN),
)
