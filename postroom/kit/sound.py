"""Sound files read by their headers: WAV, MP3, Ogg (Vorbis, Opus), FLAC; how long they are. Every loop is bounded."""

import struct
from pathlib import Path
from typing import IO, Any, Final

from postroom.kit.media import Facts, Unfit

_MPEG1, _MPEG2 = 3, 2
_RATES: Final = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_KBITS: Final = {
    # (MPEG 1?, layer) → kbit/s by index; layer III first, as nearly every file is
    (True, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (True, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (False, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
}


def look(path: Path, mime: str, size: int) -> Facts:
    """Read the facts of a sound file. Raises `Unfit`."""
    reader = {"audio/wav": _wav, "audio/mpeg": _mp3, "audio/ogg": _ogg, "audio/flac": _flac}[mime]
    with path.open("rb") as opened:
        try:
            seconds, codec = reader(opened, size)
        except (struct.error, IndexError, ZeroDivisionError):
            raise Unfit("a sound file that is cut short or broken", "a whole sound file") from None
    details: dict[str, Any] = {"codecs": [codec]}
    return Facts("audio", mime, size, seconds=round(seconds, 3) if seconds else None, details=details)


def _broken(what: str) -> Unfit:
    return Unfit(what, "a whole sound file")


def _wav(opened: IO[bytes], size: int) -> tuple[float, str]:
    place, per_second = 12, 0
    for _ in range(1000):
        opened.seek(place)
        name, length = struct.unpack("<4sI", opened.read(8))
        if name == b"fmt ":
            (per_second,) = struct.unpack_from("<I", opened.read(16), 8)
        elif name == b"data":
            return min(length, size - place - 8) / per_second, "pcm"
        place += 8 + length + length % 2
    raise _broken("a WAV without sound")


def _mp3(opened: IO[bytes], size: int) -> tuple[float, str]:
    start = _after_tags(opened)
    opened.seek(start)
    head = opened.read(65_536)
    for place in range(len(head) - 4):
        frame = _frame(head[place : place + 4])
        if frame is None:
            continue
        samples, rate, kbits, length = frame
        following = head[place + length : place + length + 4]
        if len(following) == 4 and _frame(following) is None:
            continue  # a chance likeness: a real frame is followed by another
        counted = _counted_frames(head[place : place + 256])
        return (counted * samples / rate if counted else (size - start - place) / (kbits * 125)), "mp3"
    raise _broken("an MP3 without sound")


def _after_tags(opened: IO[bytes]) -> int:
    """Where an ID3v2 tag ends, if there is one."""
    opened.seek(0)
    head = opened.read(10)
    if not head.startswith(b"ID3") or len(head) < 10:
        return 0
    return 10 + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))


def _frame(head: bytes) -> tuple[int, int, int, int] | None:
    """(samples, rate, kbit/s, bytes) of an MPEG audio frame, or None where there is none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    if version == 1 or layer == 4 or head[2] >> 4 in {0, 15} or head[2] >> 2 & 3 == 3:
        return None
    rate = _RATES[version][head[2] >> 2 & 3]
    kbits = _KBITS[version == _MPEG1, layer][head[2] >> 4]
    samples = 384 if layer == 1 else 576 if layer == 3 and version != _MPEG1 else 1152
    slot = 4 if layer == 1 else 1
    length = (samples // 8 * kbits * 1000 // rate // slot + (head[2] >> 1 & 1)) * slot
    return samples, rate, kbits, length


def _counted_frames(frame: bytes) -> int:
    """How many frames the file has, where its first one says so (Xing, Info, VBRI)."""
    for mark in (b"Xing", b"Info"):
        place = frame.find(mark)
        if place > 0 and frame[place + 7] & 1:
            return int(struct.unpack_from(">I", frame, place + 8)[0])
    place = frame.find(b"VBRI")
    return int(struct.unpack_from(">I", frame, place + 14)[0]) if place > 0 else 0


def _ogg(opened: IO[bytes], size: int) -> tuple[float, str]:
    head = opened.read(256)
    if b"OpusHead" in head:
        rate, codec = 48_000, "opus"
    elif b"\x01vorbis" in head:
        (rate,) = struct.unpack_from("<I", head, head.index(b"\x01vorbis") + 12)
        codec = "vorbis"
    else:
        raise _broken("an Ogg file that is neither Vorbis nor Opus")
    opened.seek(max(0, size - 131_072))
    tail = opened.read()
    last = tail.rfind(b"OggS")
    if last < 0:
        raise _broken("an Ogg file that is cut short")
    (samples,) = struct.unpack_from("<q", tail, last + 6)
    return max(0, samples) / rate, codec


def _flac(opened: IO[bytes], _size: int) -> tuple[float, str]:
    head = opened.read(42)
    packed = int.from_bytes(head[18:26], "big")
    if len(head) < 42 or head[4] & 0x7F != 0:
        raise _broken("a FLAC file without its header")
    return (packed & (2**36 - 1)) / (packed >> 44), "flac"
