"""What a file is, by its content and never by its name.

The readers of each family (`images`, `boxes`, `matroska`, `sound`) are bounded in memory and steps; what they don't
understand is `Unfit`. They run in a process of their own all the same: see `darkroom`.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final

HEAD: Final = 4096

ENDINGS: Final = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/heic": ".heic",
    "image/avif": ".avif",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/wav": ".wav",
    "audio/ogg": ".ogg",
    "audio/flac": ".flac",
    "audio/webm": ".weba",
    "application/pdf": ".pdf",
}
"""Every type the library takes, with the ending its files get."""

ALLOWED: Final = (
    "pictures (JPEG, PNG, GIF, WebP, AVIF, HEIC), videos (MP4, MOV, WebM), sound (MP3, M4A, WAV, Ogg, FLAC) and PDF"
)


class Unfit(Exception):
    """This file can't be taken: what was found, and what is allowed, in words."""

    def __init__(self, found: str, allowed: str = ALLOWED) -> None:
        """Keep both."""
        super().__init__(f"{found}; allowed: {allowed}")
        self.found, self.allowed = found, allowed


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a file. Pixels as shown (after its rotation); `seconds` None where it has or tells no length.

    kind: image, video, gif (any picture that moves), audio, document. details: codecs, rotation, frames, rate, and
    telemetry (a film with a track of where its camera was).
    """

    kind: str
    mime: str
    bytes: int
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    needs_cleaning: bool = False
    """Whether it carries what must not go out with it: EXIF, GPS, an unapplied rotation, a foreign colour profile."""
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Aim:
    """What a picture or film must become; None = no such limit. Types in MIME words.

    crop: left, top, width and height in parts of the whole.
    """

    types: tuple[str, ...] = ()
    max_bytes: int | None = None
    max_pixels: int | None = None
    max_width: int | None = None
    min_ratio: float | None = None
    max_ratio: float | None = None
    crop: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What was made of a file."""

    mime: str
    width: int
    height: int
    seconds: float | None = None


_SIGNATURES: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"%PDF-", "application/pdf"),
)
_REFUSED: Final = (
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
    (b"BM", "a BMP picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"8BPS", "a Photoshop file"),
    (b"FLV", "a Flash video"),
    (b"{\\rtf", "a text document"),
)
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_BRANDS: Final = (
    ({b"avif", b"avis"}, "image/avif"),
    ({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}, "image/heic"),
    ({b"qt  "}, "video/quicktime"),
    ({b"M4A ", b"M4B ", b"M4P "}, "audio/mp4"),
)
_OLD_MOVIE: Final = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
_MARKUP: Final = re.compile(rb"<\s*(svg|html|script|!doctype|\?xml|body|head|iframe)", re.IGNORECASE)


def type_of(head: bytes) -> str:
    """Give the MIME type that a file's first bytes (up to `HEAD` of them) are of. Raises `Unfit`."""
    if not head:
        raise Unfit("an empty file")
    found = next((mime for start, mime in _SIGNATURES if head.startswith(start)), None) or _by_container(head)
    if found:
        return found
    if head[0] == 0xFF and len(head) > 1 and head[1] & 0xE6 == 0xE2:  # a frame of MPEG audio, layer III
        return "audio/mpeg"
    raise Unfit(_in_words(head))


def _by_container(head: bytes) -> str | None:
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        size = min(max(int.from_bytes(head[:4], "big"), 16), HEAD)
        major, others = head[8:12], {head[start : start + 4] for start in range(16, size - 3, 4)}
        for brands, mime in _BRANDS:
            # Of pictures the list of compatible brands counts too: a HEIC and an AVIF may both begin with mif1.
            if major in brands or (major in {b"mif1", b"msf1"} and others & brands):
                return mime
        return "video/mp4"
    if head[4:8] in _OLD_MOVIE:
        return "video/quicktime"
    return None


def _in_words(head: bytes) -> str:
    for start, words in _REFUSED:
        if head.startswith(start):
            return words
    text = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").replace(b"\0", b"")
    if _MARKUP.search(text[:1024]):
        if b"<svg" in text.lower():
            return "an SVG drawing (they can hold scripts, and no network takes them: save it as PNG)"
        return "a web page or XML"
    if head.startswith(b"RIFF"):
        return "a RIFF file of another sort (AVI?)"
    printable = sum(32 <= byte < 127 or byte in b"\t\r\n" for byte in head[:512])
    return "plain text" if printable > 0.95 * len(head[:512]) else "a file of no kind we know"
