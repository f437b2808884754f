"""Real files for tests, made on the spot, and assets uploaded through the verb."""

import functools
import io
import math
import struct
import wave
from collections.abc import Iterator
from typing import Any

import av
from PIL import Image, ImageCms

from postroom.library.models import Asset
from postroom.library.uploading import upload_asset
from postroom.workspaces.actors import Actor
from tests.make.workspaces import NOW

ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825


def noise(width: int = 320, height: int = 200, seed: int = 1) -> Image.Image:
    """A picture that no encoder makes small: coloured and different in every pixel."""
    state, rows = seed, bytearray()
    for _ in range(width * height * 3 // 8 + 1):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        rows += state.to_bytes(8, "big")
    return Image.frombytes("RGB", (width, height), bytes(rows[: width * height * 3]))


def halves(width: int = 320, height: int = 200) -> Image.Image:
    """Red on the left, blue on the right: which way is up can be told."""
    picture = Image.new("RGB", (width, height), (220, 20, 20))
    picture.paste((20, 20, 220), (width // 2, 0, width, height))
    return picture


def encoded(picture: Image.Image, kind: str = "JPEG", **settings: Any) -> bytes:
    """A picture as a file."""
    out = io.BytesIO()
    picture.save(out, kind, **settings)
    return out.getvalue()


def camera_exif(orientation: int = 6) -> Image.Exif:
    """What a phone writes: maker, orientation, and where it was."""
    exif = Image.Exif()
    exif[MAKE] = "Secret Camera Maker"
    exif[ORIENTATION] = orientation
    exif[GPS] = {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)}
    return exif


def photo(width: int = 320, height: int = 200, orientation: int = 6) -> bytes:
    """A photo as a phone takes it: stored sideways, with its place in it."""
    return encoded(halves(width, height), quality=90, exif=camera_exif(orientation))


def photo_in_another_colour_space() -> bytes:
    """A photo with a profile that isn't sRGB."""
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    return encoded(halves(), icc_profile=lab.tobytes())


def jpeg(shade: int = 90, width: int = 320, height: int = 200) -> bytes:
    """A plain JPEG that carries nothing but its pixels; every shade is another file."""
    return encoded(Image.new("RGB", (width, height), (shade % 256, (shade // 256) % 256, 160)))


def moving(kind: str = "GIF", frames: int = 4, width: int = 64, height: int = 48) -> bytes:
    """A moving picture of a tenth of a second a frame."""
    pictures = [Image.new("RGB", (width, height), (number * 40 % 256, 90, 200)) for number in range(frames)]
    return encoded(pictures[0], kind, save_all=True, append_images=pictures[1:], duration=100, loop=0)


@functools.cache
def film(
    kind: str = "mp4",
    width: int = 320,
    height: int = 240,
    seconds: int = 2,
    *,
    sound: bool = False,
    place: str = "",
    rotation: int = 0,
) -> bytes:
    """A film at ten frames a second; `place` is what a phone notes of where it was."""
    out = io.BytesIO()
    codec = {"mp4": "libx264", "mov": "libx264", "webm": "libvpx"}[kind]
    with av.open(out, "w", format=kind, options={"movflags": "use_metadata_tags"} if place else {}) as made:
        if place:
            made.metadata["com.apple.quicktime.location.ISO6709"] = place
            made.metadata["location"] = place
        stream: Any = made.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        voice: Any = made.add_stream("aac" if kind != "webm" else "libopus", rate=48_000) if sound else None
        for number in range(seconds * 10):
            frame = av.VideoFrame.from_image(Image.new("RGB", (width, height), (number * 11 % 256, 120, 60)))
            made.mux(stream.encode(frame))
        made.mux(stream.encode())
        if voice is not None:
            for number in range(seconds * 48):
                made.mux(voice.encode(_tone(number)))
            made.mux(voice.encode())
    return _turned(out.getvalue(), rotation)


def film_with_telemetry() -> tuple[bytes, bytes]:
    """A film with a track of its camera's positions, as action cameras make them; and a piece of that track."""
    content = film(sound=True)
    with av.open(io.BytesIO(content)) as source:
        said = max((bytes(packet) for packet in source.demux(audio=0)), key=len)
    return content.replace(b"soun", b"meta").replace(b"mp4a", b"gpmd"), said


def _tone(number: int) -> av.AudioFrame:
    frame = av.AudioFrame(format="fltp", layout="mono", samples=1000)
    frame.sample_rate, frame.pts = 48_000, number * 1000
    samples = (math.sin((number * 1000 + place) / 20) * 0.3 for place in range(1000))
    frame.planes[0].update(struct.pack("<1000f", *samples).ljust(frame.planes[0].buffer_size, b"\0"))
    return frame


def _turned(content: bytes, rotation: int) -> bytes:
    """Write a rotation into the track header's matrix, as a phone held upright does."""
    if not rotation:
        return content
    matrix = {90: (0, 1, 0, -1, 0), 180: (-1, 0, 0, 0, -1), 270: (0, -1, 0, 1, 0)}[rotation]
    place = content.index(b"tkhd") + 4 + 40
    return content[:place] + struct.pack(">5i", *(part * 65_536 for part in matrix)) + content[place + 20 :]


def wav(seconds: int = 2) -> bytes:
    """A tone of 8,000 samples a second."""
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(at / 9))) for at in range(8000 * seconds)))
    return out.getvalue()


@functools.cache
def sound(kind: str = "mp3", seconds: int = 2) -> bytes:
    """A tone as mp3, ogg, flac or m4a."""
    out = io.BytesIO()
    codec, container = {
        "mp3": ("libmp3lame", "mp3"),
        "ogg": ("libopus", "ogg"),
        "flac": ("flac", "flac"),
        "m4a": ("aac", "ipod"),
    }[kind]
    with av.open(out, "w", format=container) as made:
        stream: Any = made.add_stream(codec, rate=48_000)
        for number in range(seconds * 48):
            made.mux(stream.encode(_tone(number)))
        made.mux(stream.encode())
    return out.getvalue()


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def pieces(content: bytes, size: int = 1000) -> Iterator[bytes]:
    """Content as it arrives: in pieces."""
    for start in range(0, len(content), size):
        yield content[start : start + size]


def make_asset(actor: Actor, content: bytes | None = None, *, filename: str = "picture.jpg", **more: Any) -> Asset:
    """An uploaded asset; a small JPEG if nothing is said."""
    content = jpeg() if content is None else content
    return upload_asset(actor=actor, chunks=pieces(content, 65_536), filename=filename, now=NOW, **more)
