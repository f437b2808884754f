"""Bluesky's limits, a row each. What one server allows on top is learned when a channel is connected."""

from __future__ import annotations

from datetime import date

from postroom.networks.shape import Format, Limit

SEEN = date(2026, 11, 20)
LEXICONS = "https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky"
POST = f"{LEXICONS}/feed/post.json"
IMAGES = f"{LEXICONS}/embed/images.json"
VIDEO = f"{LEXICONS}/embed/video.json"
RATES = "https://docs.bsky.app/docs/advanced-guides/rate-limits"
PDS = "https://github.com/bluesky-social/atproto/blob/main/packages/pds/src/api/com/atproto/repo/uploadBlob.ts"
APP = "https://github.com/bluesky-social/social-app/blob/main/src/lib/constants.ts"
CLIP = "https://docs.bsky.app/docs/tutorials/video"

THUMB_BYTES = 1_000_000
"""A link card's picture, by app.bsky.embed.external; the rows below have no name for it."""

HOUR, DAY = "per 3600 s", "per 86400 s"

LIMITS = (
    Limit("text.max", 300, "grapheme", source=POST, checked=SEEN, note="links count as they are written"),
    Limit("text.bytes", 3000, "byte", source=POST, checked=SEEN),
    Limit("tag.max", 64, "grapheme", source=f"{LEXICONS}/richtext/facet.json", checked=SEEN),
    Limit("languages.max", 3, source=POST, checked=SEEN),
    Limit("media.required", 1, formats=(Format.IMAGE,), source=IMAGES, checked=SEEN),
    Limit("media.required", 2, formats=(Format.CAROUSEL,), source=IMAGES, checked=SEEN),
    Limit("media.required", 1, formats=(Format.VIDEO,), source=VIDEO, checked=SEEN),
    Limit("media.max", 4, source=IMAGES, checked=SEEN),
    Limit("images.max", 4, source=IMAGES, checked=SEEN, note="10 by the new gallery, which few servers know"),
    Limit("videos.max", 1, source=VIDEO, checked=SEEN),
    Limit(
        "image.types",
        ("image/jpeg", "image/png", "image/webp"),
        source=IMAGES,
        checked=SEEN,
        note="the lexicon: image/*",
    ),
    Limit("image.bytes", 2_000_000, "byte", source=IMAGES, checked=SEEN, note="1,000,000 on older servers"),
    Limit("video.types", ("video/mp4",), source=VIDEO, checked=SEEN),
    Limit("video.bytes", 300_000_000, "byte", source=VIDEO, checked=SEEN, note="100,000,000 on older servers"),
    # no lexicon has a limit; Bluesky's own app stops there
    Limit("alt.max", 2000, hard=False, source=APP, checked=SEEN, sure=False),
    # announced in 2025, stands in no lexicon
    Limit("video.seconds.max", 180, "s", hard=False, source=CLIP, checked=SEEN, sure=False),
    # 5,000 points an hour and 35,000 a day; a new record costs 3
    Limit("posts", 1666, HOUR, source=RATES, checked=SEEN),
    Limit("posts", 11666, DAY, source=RATES, checked=SEEN),
    Limit("uploads", 1000, DAY, source=PDS, checked=SEEN),
    Limit("requests", 3000, "per 300 s per server", source=RATES, checked=SEEN, note="counted for our address"),
)
