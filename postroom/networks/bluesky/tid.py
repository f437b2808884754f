"""Record keys: the client chooses them here, and that is what makes a repeated post harmless.

A TID is 64 bits in 13 characters: a zero, 53 bits of microseconds since 1970, 10 bits of clock id, in an alphabet that
sorts as it counts. https://atproto.com/specs/tid, checked 2026-11-20.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
FORM = re.compile(rf"[234567abcdefghij][{ALPHABET}]{{12}}")
SECOND = 1_000_000


def mint(moment: datetime, randomness: bytes) -> str:
    """Make a record key within the second of `moment` (UTC) from at least 8 random bytes.

    A whole calendar is due at the same round minute, and ten bits of clock id would let two posts of one account meet.
    So the microseconds are drawn too: 30 random bits, and keys still sort by their second.
    """
    drawn = int.from_bytes(randomness[:8], "big")
    clock, fraction = drawn & 0x3FF, (drawn >> 10) % SECOND
    return _write(((int(moment.timestamp()) * SECOND + fraction) << 10) | clock)


def _write(number: int) -> str:
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(60, -1, -5))


def is_tid(key: str) -> bool:
    """Tell whether a record key has the form of a TID."""
    return FORM.fullmatch(key) is not None
