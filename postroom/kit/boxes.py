"""MP4 and MOV read box by box (ISO/IEC 14496-12, QuickTime): length, size, rotation, codecs, and what to blank out.

Only headers and small tables are read, never the film itself; every loop is bounded.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from postroom.kit.media import Facts, Unfit

_MOST_BOXES: Final = 20_000
_MOST_TRACKS: Final = 64
_INSIDE: Final = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"mvex"}
_PRIVATE: Final = {b"udta", b"meta", b"uuid"}
"""Boxes with what the camera wrote about itself, its owner and where it was."""
_TELLING: Final = (b"\xa9xyz", b"loci", b"location", b"GPS", b"Exif", b"\xa9mak", b"\xa9mod", b"\xa9day", b"x:xmpmeta")
_SHOWN: Final = {b"vide", b"soun", b"text", b"sbtl", b"subt", b"tmcd", b"clcp"}
_ROTATION: Final = {(0, 1, -1, 0): 90, (-1, 0, 0, -1): 180, (0, -1, 1, 0): 270}
_WHOLE: Final = "a whole MP4 or MOV"


@dataclass(slots=True)
class Track:
    """One track of a film, as its boxes tell."""

    handler: bytes = b""
    codec: str = ""
    width: int = 0
    height: int = 0
    rotation: int = 0
    ticks: int = 0
    length: int = 0
    samples: int = 0


@dataclass(slots=True)
class Film:
    """What the boxes of a file say. `private`: (offset, size) of boxes that tell where and by whom it was made."""

    file: IO[bytes]
    seconds: float | None = None
    tracks: list[Track] = field(default_factory=list)
    private: list[tuple[int, int]] = field(default_factory=list)
    has_movie: bool = False
    has_media: bool = False
    boxes: int = 0


def look(path: Path, mime: str, size: int) -> Facts:
    """Read the facts of an MP4, MOV or M4A. Raises `Unfit`."""
    film = read(path, size)
    if not (film.has_movie and film.has_media):
        raise Unfit("a film without its index or without its content", _WHOLE)
    picture = next((track for track in film.tracks if track.handler == b"vide" and track.width), None)
    sound = next((track for track in film.tracks if track.handler == b"soun"), None)
    details: dict[str, Any] = {"codecs": [track.codec for track in (picture, sound) if track and track.codec]}
    if any(track.handler not in _SHOWN for track in film.tracks):
        details["telemetry"] = True
    if picture is None:
        if sound is None:
            raise Unfit("a film without picture and sound", _WHOLE)
        return Facts("audio", "audio/mp4", size, seconds=film.seconds, details=details)
    if picture.rotation:
        details["rotation"] = picture.rotation
    if picture.samples and picture.length and picture.ticks:
        details["rate"] = round(picture.samples * picture.ticks / picture.length, 3)
    cleaning = bool(film.private) or "telemetry" in details
    width, height = picture.width, picture.height
    if picture.rotation in {90, 270}:
        width, height = height, width
    mime = "video/mp4" if mime == "audio/mp4" else mime
    return Facts("video", mime, size, width, height, film.seconds, cleaning, details)


def blank(path: Path) -> None:
    """Overwrite a film's private boxes with nothing, in place: all else stays where it is. Raises `Unfit`."""
    film = read(path, path.stat().st_size)
    with path.open("r+b") as opened:
        for offset, size in film.private:
            opened.seek(offset + 4)
            opened.write(b"free")
            left = size - 8
            while left > 0:
                left -= opened.write(bytes(min(left, 65_536)))


def read(path: Path, size: int) -> Film:
    """Read what the boxes say. Raises `Unfit` where they make no sense."""
    with path.open("rb") as opened:
        film = Film(opened)
        try:
            _walk(film, 0, size, None)
        except struct.error:
            raise Unfit("a film whose index is cut short", _WHOLE) from None
    return film


def _children(film: Film, start: int, end: int) -> Iterator[tuple[bytes, int, int, int]]:
    """(type, offset, where its content starts, where it ends) for each box from `start` to `end`."""
    while start + 8 <= end:
        film.boxes += 1
        if film.boxes > _MOST_BOXES:
            raise Unfit("a film of more parts than a film has", _WHOLE)
        film.file.seek(start)
        length, kind = struct.unpack(">I4s", film.file.read(8))
        content = start + 8
        if length == 1:
            (length,) = struct.unpack(">Q", film.file.read(8))
            content += 8
        elif length == 0:
            length = end - start
        if length < content - start or start + length > end:
            raise Unfit("a film that is cut short", _WHOLE)
        yield kind, start, content, start + length
        start += length


def _walk(film: Film, start: int, end: int, track: Track | None, parent: bytes = b"") -> None:
    for kind, offset, content, stop in _children(film, start, end):
        inner = track
        if kind == b"moov":
            film.has_movie = True
        elif kind in {b"mdat", b"moof"}:
            film.has_media = True
        elif kind == b"trak":
            inner = Track()
            film.tracks.append(inner)
            if len(film.tracks) > _MOST_TRACKS:
                raise Unfit("a film of more tracks than a film has", _WHOLE)
        if kind in _PRIVATE and parent in {b"", b"moov", b"trak"}:
            _note_private(film, offset, content, stop)
        elif kind in _INSIDE and parent in _INSIDE | {b""}:
            _walk(film, content, stop, inner, kind)
        elif parent in _INSIDE:
            film.file.seek(content)
            _note(kind, film.file.read(min(stop - content, 256)), film, track)


def _note_private(film: Film, offset: int, content: int, stop: int) -> None:
    film.file.seek(content)
    said = film.file.read(min(stop - content, 1_000_000))
    if stop - content > len(said) or any(word in said for word in _TELLING):
        film.private.append((offset, stop - offset))


def _note(kind: bytes, body: bytes, film: Film, track: Track | None) -> None:
    if kind == b"mvhd":
        ticks, length = _times(body)
        film.seconds = round(length / ticks, 3) if ticks and length else film.seconds
    elif track is None:
        return
    elif kind == b"mdhd":
        track.ticks, track.length = _times(body)
    elif kind == b"hdlr" and not track.handler:  # QuickTime has a second one, about where the data is
        track.handler = body[8:12]
    elif kind == b"tkhd":
        _shape(body, track)
    elif kind == b"stsd" and len(body) >= 16:
        _codec(body, track)
    elif kind == b"stsz" and len(body) >= 12:
        (track.samples,) = struct.unpack_from(">I", body, 8)


def _times(body: bytes) -> tuple[int, int]:
    """(ticks a second, length in ticks) of a movie or media header; an unknown length is 0."""
    if body[:1] == b"\x01":
        ticks, length = struct.unpack_from(">IQ", body, 20)
        return ticks, 0 if length == 2**64 - 1 else length
    ticks, length = struct.unpack_from(">II", body, 12)
    return ticks, 0 if length == 2**32 - 1 else length


def _shape(body: bytes, track: Track) -> None:
    matrix = 52 if body[:1] == b"\x01" else 40
    a, b, _, c, d = struct.unpack_from(">5i", body, matrix)
    turn = tuple((value > 0) - (value < 0) for value in (a, b, c, d))
    track.rotation = _ROTATION.get(turn, 0)
    width, height = struct.unpack_from(">II", body, matrix + 36)
    track.width, track.height = width >> 16, height >> 16


def _codec(body: bytes, track: Track) -> None:
    track.codec = body[12:16].decode("latin-1").strip()
    if track.handler == b"vide" and len(body) >= 44:
        width, height = struct.unpack_from(">HH", body, 40)
        if width and height and not (track.width and track.height):
            track.width, track.height = width, height
