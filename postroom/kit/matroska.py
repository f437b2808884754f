"""WebM (a kind of Matroska, RFC 9559) read element by element: length, size, codecs. Every loop is bounded."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from postroom.kit.media import Facts, Unfit

_MOST_ELEMENTS: Final = 20_000
_HEADER, _DOCTYPE, _SEGMENT, _INFO, _TRACKS, _CLUSTER = (
    0x1A45DFA3,
    0x4282,
    0x18538067,
    0x1549A966,
    0x1654AE6B,
    0x1F43B675,
)
_SCALE, _DURATION, _ENTRY, _TYPE, _CODEC, _VIDEO = 0x2AD7B1, 0x4489, 0xAE, 0x83, 0x86, 0xE0
_WIDTH, _HEIGHT = 0xB0, 0xBA
_INSIDE: Final = {_HEADER, _SEGMENT, _INFO, _TRACKS, _ENTRY, _VIDEO}
_WHOLE: Final = "a whole WebM"


@dataclass(slots=True)
class _Read:
    doctype: str = ""
    scale: int = 1_000_000
    ticks: float = 0
    width: int = 0
    height: int = 0
    codecs: list[str] = field(default_factory=list)
    kinds: set[int] = field(default_factory=set)
    has_media: bool = False
    elements: int = 0


def look(path: Path, mime: str, size: int) -> Facts:
    """Read the facts of a WebM. Raises `Unfit`, also for Matroska that isn't WebM."""
    found = _Read()
    with path.open("rb") as opened:
        try:
            _walk(opened, 0, size, found)
        except (struct.error, IndexError):
            raise Unfit("a WebM that is cut short", _WHOLE) from None
    if found.doctype != "webm":
        raise Unfit("a Matroska film (MKV)")
    if not found.has_media:
        raise Unfit("a WebM without content", _WHOLE)
    seconds = round(found.ticks * found.scale / 1e9, 3) if 0 < found.ticks < 1e12 else None
    details: dict[str, Any] = {"codecs": found.codecs[:8]}
    if 1 in found.kinds and found.width and found.height:
        return Facts("video", mime, size, found.width, found.height, seconds, details=details)
    if 2 in found.kinds:
        return Facts("audio", "audio/webm", size, seconds=seconds, details=details)
    raise Unfit("a WebM without picture and sound", _WHOLE)


def _number(opened: IO[bytes], *, keep_mark: bool) -> tuple[int, bool]:
    """Read a number of variable length; and whether it is the one that means "unknown"."""
    first = opened.read(1)[0]
    length = 9 - first.bit_length()
    if length > 8:
        raise Unfit("a WebM whose parts make no sense", _WHOLE)
    rest = opened.read(length - 1)
    if len(rest) < length - 1:
        raise struct.error
    value = int.from_bytes(bytes([first]) + rest, "big")
    bare = value & ((1 << (7 * length)) - 1)
    return value if keep_mark else bare, bare == (1 << (7 * length)) - 1


def _children(opened: IO[bytes], start: int, end: int, found: _Read) -> Iterator[tuple[int, int, int]]:
    """(id, where its content starts, where it ends) for each element."""
    while start < end:
        found.elements += 1
        if found.elements > _MOST_ELEMENTS:
            raise Unfit("a WebM of more parts than a film has", _WHOLE)
        opened.seek(start)
        name, _ = _number(opened, keep_mark=True)
        length, is_unknown = _number(opened, keep_mark=False)
        content = opened.tell()
        # Live recordings don't know the length of their segment; a cluster of unknown length is where reading ends.
        stop = end if is_unknown else content + length
        if stop > end:
            raise Unfit("a WebM that is cut short", _WHOLE)
        yield name, content, stop
        start = stop


def _walk(opened: IO[bytes], start: int, end: int, found: _Read, depth: int = 0) -> None:
    for name, content, stop in _children(opened, start, end, found):
        if name == _CLUSTER:
            found.has_media = True
        elif name in _INSIDE and depth < 6:
            _walk(opened, content, stop, found, depth + 1)
        elif stop - content <= 256:
            opened.seek(content)
            _note(name, opened.read(stop - content), found)


def _note(name: int, body: bytes, found: _Read) -> None:
    if name == _DOCTYPE:
        found.doctype = body.rstrip(b"\0").decode("latin-1")
    elif name == _SCALE:
        found.scale = int.from_bytes(body, "big")
    elif name == _DURATION and len(body) in {4, 8}:
        (found.ticks,) = struct.unpack(">f" if len(body) == 4 else ">d", body)
    elif name == _TYPE:
        found.kinds.add(int.from_bytes(body, "big"))
    elif name == _CODEC:
        found.codecs.append(body.rstrip(b"\0").decode("latin-1"))
    elif name == _WIDTH and len(body) <= 4:
        found.width = int.from_bytes(body, "big")
    elif name == _HEIGHT and len(body) <= 4:
        found.height = int.from_bytes(body, "big")
