"""Real pictures and videos for drafts, made once and kept in memory."""

from __future__ import annotations

import functools
import io
from collections.abc import AsyncIterator

import av
from PIL import Image

from postroom.networks.shape import Media, MediaKind


@functools.cache
def jpeg(width: int = 640, height: int = 640, shade: int = 90) -> bytes:
    """Make a JPEG picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (shade, 120, 160)).save(out, "JPEG")
    return out.getvalue()


@functools.cache
def mp4(width: int = 320, height: int = 320, seconds: int = 4) -> bytes:
    """Make an H.264 video at 5 frames a second."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as film:
        stream = film.add_stream("libx264", rate=5, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(seconds * 5):
            frame = Image.new("RGB", (width, height), ((number * 7) % 255, 120, 160))
            film.mux(stream.encode(av.VideoFrame.from_image(frame)))
        film.mux(stream.encode())
    return out.getvalue()


def picture(*, width: int = 640, height: int = 640, shade: int = 90, alt: str = "A square") -> Media:
    """Give a picture as a draft carries it."""
    content = jpeg(width, height, shade)
    return Media(
        kind=MediaKind.IMAGE, mime="image/jpeg", bytes=len(content), name=f"picture-{shade}.jpg",
        width=width, height=height, alt=alt, read=reader(content),
    )  # fmt: skip


def clip(*, width: int = 320, height: int = 320, seconds: int = 4, alt: str = "A short film") -> Media:
    """Give a video as a draft carries it."""
    content = mp4(width, height, seconds)
    return Media(
        kind=MediaKind.VIDEO, mime="video/mp4", bytes=len(content), name="clip.mp4",
        width=width, height=height, seconds=float(seconds), alt=alt, read=reader(content),
    )  # fmt: skip


def reader(content: bytes):
    """Make `Media.read` for content in memory; it may be called again for a repeat."""

    async def read() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 65_536):
            yield content[start : start + 65_536]

    return read
