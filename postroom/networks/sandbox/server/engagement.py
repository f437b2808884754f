"""Likes, comments, shares, saves and views: no randomness, only a post's id, its age and its account's followers.

The same post at the same age always has the same counters, and they never fall; so tests and screenshots can repeat.
"""

from __future__ import annotations

import hashlib
import math

HALF_LIFE = 3 * 3600.0
"""Seconds after which half of a post's life is over."""


def counters(*, post_id: str, age: float, followers: int, reach: float, is_video: bool) -> dict[str, int]:
    """Count what a post has earned. `age`: sandbox seconds since publishing. `reach`: share of followers who see it."""
    chance = hashlib.sha256(post_id.encode()).digest()
    luck = 0.25 + 3.0 * (chance[0] / 255) ** 3
    grown = 1 - math.pow(0.5, max(age, 0) / HALF_LIFE)
    views = followers * reach * luck * (1.4 if is_video else 1.0) * grown
    return {
        "views": int(views),
        "likes": int(views * _share(chance[1], 0.02, 0.14)),
        "comments": int(views * _share(chance[2], 0.001, 0.02)),
        "shares": int(views * _share(chance[3], 0.001, 0.03)),
        "saves": int(views * _share(chance[4], 0.001, 0.04)),
    }


def poll_votes(*, post_id: str, votes: int, options: int) -> list[int]:
    """Spread a poll's votes over its answers."""
    weights = [1 + byte for byte in hashlib.sha256(f"poll {post_id}".encode()).digest()[:options]]
    return [votes * weight // sum(weights) for weight in weights]


def _share(byte: int, low: float, high: float) -> float:
    return low + (high - low) * byte / 255
