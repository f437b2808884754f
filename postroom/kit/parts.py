"""The parts a JPEG, PNG, GIF or WebP consists of: where the picture ends, and which parts are needed to see it.

With them a file can be cleaned without loss: the pixels' own bytes are copied, what tells of maker and place is left
out, and so is whatever somebody put behind the picture's end (a file that is two things at once).
"""

import mmap
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

Part = tuple[bytes, int, int]
"""(name, start, stop): a marker, chunk type or block, and its bytes in the file."""

_MOST_PARTS: Final = 200_000
_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_ALONE: Final = {0x01, *range(0xD0, 0xD8)}
_SOI, _EOI, _SOS, _ADOBE = 0xD8, 0xD9, 0xDA, 0xEE
_PNG_SEEN: Final = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD"}


def has_tail(path: Path, mime: str) -> bool:
    """Whether something follows behind the picture's end. Types whose parts aren't known here have none."""
    return mime in _WALKS and end_of(path, mime) != path.stat().st_size


def end_of(path: Path, mime: str) -> int | None:
    """Where the picture of a JPEG, PNG, GIF or WebP ends; None where it doesn't."""
    with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
        last = 0
        try:
            for _, _, stop in _WALKS[mime](data):
                last = stop
        except (struct.error, IndexError, ValueError):
            return None
        return last


def strip(path: Path, mime: str, target: Path) -> bool:
    """Copy a JPEG or PNG with only the parts that are seen; False (and no file) where that can't be done."""
    if mime not in _SEEN:
        return False
    with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            seen = [part for part in _WALKS[mime](data) if _SEEN[mime](part[0])]
        except (struct.error, IndexError, ValueError):
            return False
        with target.open("wb") as out:
            for _, start, stop in seen:
                out.write(data[start:stop])
    return True


def _jpeg(data: mmap.mmap) -> Iterator[Part]:
    place = 0
    for _ in range(_MOST_PARTS):
        while data[place + 1] == 0xFF:  # fill bytes
            place += 1
        if data[place] != 0xFF:
            raise ValueError("no marker where one must be")
        kind = data[place + 1]
        stop = place + 2
        if kind not in _ALONE and kind not in {_SOI, _EOI}:
            stop += struct.unpack_from(">H", data, stop)[0]
        if kind == _SOS:
            found = _MARKER.search(data, stop)
            if found is None:
                raise ValueError("no end")
            stop = found.start()
        yield bytes([kind]), place, stop
        if kind == _EOI:
            return
        place = stop
    raise ValueError("more parts than a picture has")


def _png(data: mmap.mmap) -> Iterator[Part]:
    yield b"signature", 0, 8
    place = 8
    for _ in range(_MOST_PARTS):
        length, name = struct.unpack_from(">I4s", data, place)
        stop = place + 12 + length
        if stop > len(data):
            raise ValueError("cut short")
        yield name, place, stop
        if name == b"IEND":
            return
        place = stop
    raise ValueError("more parts than a picture has")


def _gif(data: mmap.mmap) -> Iterator[Part]:
    place = 13 + _palette(data[10])
    yield b"header", 0, place
    for _ in range(_MOST_PARTS):
        kind, start = data[place], place
        if kind == 0x3B:
            yield b"end", place, place + 1
            return
        place += 2 if kind == 0x21 else 11 + _palette(data[place + 9])
        while data[place]:
            place += 1 + data[place]
        place += 1
        yield bytes([kind]), start, place
    raise ValueError("more parts than a picture has")


def _palette(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _webp(data: mmap.mmap) -> Iterator[Part]:
    (length,) = struct.unpack_from("<I", data, 4)
    yield b"RIFF", 0, 8 + length + length % 2


_WALKS: Final = {"image/jpeg": _jpeg, "image/png": _png, "image/gif": _gif, "image/webp": _webp}
_SEEN: Final[dict[str, Callable[[bytes], bool]]] = {
    # Everything but application data (APP0 to APP15, of which Adobe's says how colours are meant) and comments.
    "image/jpeg": lambda name: not (0xE0 <= name[0] <= 0xEF and name[0] != _ADOBE) and name[0] != 0xFE,
    "image/png": lambda name: name == b"signature" or name in _PNG_SEEN,
}
