"""A part of a file, as players ask for it when somebody jumps: the Range header (RFC 9110, section 14).

Neither Django nor WhiteNoise does it: Django has nothing, and WhiteNoise refuses a single byte and knows no If-Range.
"""

import re
from collections.abc import Iterator
from typing import IO

from postroom.library import storing

_ONE = re.compile(r"bytes=\s*(?:([0-9]{1,18})-([0-9]{1,18})?|-([0-9]{1,18}))\s*", re.IGNORECASE)


class Unsatisfiable(Exception):
    """The file has not one of the bytes that were asked for."""


def read_range(header: str, size: int) -> range | None:
    """Read which bytes of a file of `size` bytes are wanted; None for all of them. Raises Unsatisfiable.

    All of them come also where the header makes no sense or names several parts, as the RFC allows: nobody who plays
    a film asks for several, and answering them would cost a format of its own.
    """
    found = _ONE.fullmatch(header.strip())
    if found is None:
        return None
    first, last, suffix = (None if number is None else int(number) for number in found.groups())
    if first is None:
        wanted = range(max(size - (suffix or 0), 0), size)
    elif last is not None and last < first:
        return None
    else:
        wanted = range(first, size if last is None else min(last + 1, size))
    if not wanted:
        raise Unsatisfiable
    return wanted


class Part:
    """Some bytes of an open file, piece by piece; the file is closed with the answer that sends them."""

    def __init__(self, opened: IO[bytes], wanted: range) -> None:
        self._opened, self._wanted = opened, wanted

    def __iter__(self) -> Iterator[bytes]:
        """Read from the first wanted byte to the last."""
        self._opened.seek(self._wanted.start)
        left = len(self._wanted)
        while left and (piece := self._opened.read(min(left, storing.PIECE))):
            left -= len(piece)
            yield piece

    def close(self) -> None:
        """Close the file."""
        self._opened.close()
