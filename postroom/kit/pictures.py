"""Pictures made fit: cut as their author chose, padded to a ratio, made small enough in pixels and bytes.

Never cut by ourselves: a ratio that doesn't fit is filled up with the colour of the picture's own border, because what
was cut away would be missed only after it was public.
"""

import io
import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageSequence

from postroom.kit import images, parts
from postroom.kit.media import Aim, Made, Unfit

_QUALITIES: Final = (90, 80, 70)
_FEWEST_BYTES: Final = 1 / 12
"""Of a pixel, in a photo that still looks like one: more pixels than bytes allow aren't even tried."""
_LARGE: Final = 8_000_000
"""Pixels from which on the slow ways to save a few bytes more aren't taken."""
_SHRINK: Final = 0.85
_SMALLEST: Final = 64
_WRITERS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}


def make(path: Path, mime: str, target: Path, aim: Aim) -> Made:
    """Write a form of a still picture that fits the aim. Raises `Unfit` where there is none."""
    with images.opened(path, mime) as image:
        if _needs_only_stripping(image, path, mime, aim) and parts.strip(path, mime, target):
            return Made(mime, *image.size)
        _decode_small(image, aim)
        try:
            picture = images.upright(image)
        except Exception as problem:
            raise Unfit(f"a picture that is broken ({type(problem).__name__})", "a whole picture") from problem
    picture = padded(cropped(picture, aim.crop), aim)
    kind = _kind_for(picture, mime, aim)
    picture, content = _small_enough(within(picture, _sensible(aim)), kind, aim)
    target.write_bytes(content)
    return Made(kind, picture.width, picture.height)


def _decode_small(image: Image.Image, aim: Aim) -> None:
    """Have a JPEG decoded at a part of its size where no more is needed: eight times less memory and time."""
    if aim.crop is None and image.format == "JPEG":
        wide, high = size_within(*frame_for(*image.size, aim), _sensible(aim))
        most = max(wide, high) * 3 // 2  # it may lie on its side yet
        image.draft("RGB", (most, most))


def _sensible(aim: Aim) -> Aim:
    """The aim with as many pixels as its bytes can hold."""
    if aim.max_bytes is None:
        return aim
    room = max(int(aim.max_bytes / _FEWEST_BYTES), _SMALLEST**2)
    return replace(aim, max_pixels=min(aim.max_pixels or room, room))


def _needs_only_stripping(image: Image.Image, path: Path, mime: str, aim: Aim) -> bool:
    """Whether all that is amiss is what the file tells besides its picture: then no pixel needs to change."""
    width, height = image.size
    profile = image.info.get("icc_profile")
    return (
        aim.crop is None
        and mime in {"image/jpeg", "image/png"}
        and image.mode in {"RGB", "L", "P", "RGBA", "LA"}
        and image.getexif().get(images.ORIENTATION, 1) == 1
        and not (profile and not images.is_srgb(profile))
        and (not aim.types or mime in aim.types)
        and (aim.max_bytes is None or path.stat().st_size <= aim.max_bytes)
        and frame_for(width, height, aim) == (width, height)
        and size_within(width, height, aim) == (width, height)
    )


def cropped(picture: Image.Image, crop: tuple[float, float, float, float] | None) -> Image.Image:
    """Cut out the part that was chosen."""
    if crop is None:
        return picture
    left, top, width, height = crop
    box = (
        round(left * picture.width),
        round(top * picture.height),
        max(round(left * picture.width) + 1, round((left + width) * picture.width)),
        max(round(top * picture.height) + 1, round((top + height) * picture.height)),
    )
    return picture.crop((box[0], box[1], min(box[2], picture.width), min(box[3], picture.height)))


def frame_for(width: int, height: int, aim: Aim) -> tuple[int, int]:
    """The smallest frame around a picture whose ratio fits."""
    exact = _only_ratio(aim)
    if exact is not None and width / height != aim.min_ratio:
        times = max(math.ceil(width / exact.numerator), math.ceil(height / exact.denominator))
        return exact.numerator * times, exact.denominator * times
    if aim.min_ratio is not None and width / height < aim.min_ratio:
        return math.ceil(height * aim.min_ratio), height
    if aim.max_ratio is not None and width / height > aim.max_ratio:
        return width, math.ceil(width / aim.max_ratio)
    return width, height


def _only_ratio(aim: Aim) -> Fraction | None:
    """The ratio where just one is allowed: only multiples of its two numbers have it exactly."""
    if aim.min_ratio is None or aim.min_ratio != aim.max_ratio:
        return None
    return Fraction(aim.min_ratio).limit_denominator(1000)


def padded(picture: Image.Image, aim: Aim) -> Image.Image:
    """Fill up to a ratio that fits, in the colour of the border (transparent where the picture is)."""
    frame = frame_for(*picture.size, aim)
    if frame == picture.size:
        return picture
    fill = (0, 0, 0, 0) if picture.mode == "RGBA" else _border_colour(picture)
    ground = Image.new(picture.mode, frame, fill)
    ground.paste(picture, ((frame[0] - picture.width) // 2, (frame[1] - picture.height) // 2))
    return ground


def size_within(width: int, height: int, aim: Aim, *, even: bool = False) -> tuple[int, int]:
    """Pixels that keep to the limits of width and area, and to the ratio; `even`: both even, as films want it."""
    scale = min(
        1.0,
        (aim.max_width or width) / width,
        math.sqrt((aim.max_pixels or width * height) / (width * height)),
    )
    step = 2 if even else 1
    exact = _only_ratio(aim)
    if exact is not None:
        times = int(min(width * scale / exact.numerator, height * scale / exact.denominator)) // step * step
        return exact.numerator * max(step, times), exact.denominator * max(step, times)
    wide, high = (max(step, int(side * scale) // step * step) for side in (width, height))
    # Rounding must not push a ratio over its edge.
    while aim.min_ratio is not None and wide / high < aim.min_ratio and high > step:
        high -= step
    while aim.max_ratio is not None and wide / high > aim.max_ratio and wide > step:
        wide -= step
    return wide, high


def within(picture: Image.Image, aim: Aim) -> Image.Image:
    """Make it small enough in pixels."""
    size = size_within(*picture.size, aim)
    return picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _border_colour(picture: Image.Image) -> tuple[int, ...]:
    """The mean colour along the four edges."""
    small = picture.resize((16, 16), Image.Resampling.BOX)
    edge = [small.getpixel((x, y)) for x in range(16) for y in range(16) if x in {0, 15} or y in {0, 15}]
    points = [point for point in edge if isinstance(point, tuple)]
    return tuple(round(sum(point[band] for point in points) / len(points)) for band in range(len(picture.getbands())))


def _kind_for(picture: Image.Image, mime: str, aim: Aim) -> str:
    can = [kind for kind in _WRITERS if not aim.types or kind in aim.types]
    if not can:
        raise Unfit(f"a picture ({mime})", ", ".join(aim.types))
    if mime in can:
        return mime
    if picture.mode == "RGBA":
        return next(kind for kind in ("image/png", "image/webp", "image/jpeg") if kind in can)
    return can[0]


def _small_enough(picture: Image.Image, kind: str, aim: Aim) -> tuple[Image.Image, bytes]:
    """Encode, with less quality and then fewer pixels until the bytes fit."""
    most = aim.max_bytes
    while True:
        content = b""
        for quality in _QUALITIES:
            content = encoded(picture, kind, quality)
            if most is None or len(content) <= most:
                return picture, content
            if kind == "image/png":
                break
        if kind == "image/png" and picture.mode == "RGB" and (not aim.types or "image/jpeg" in aim.types):
            return _small_enough(picture, "image/jpeg", aim)
        if min(picture.size) * _SHRINK < _SMALLEST:
            raise Unfit(f"a picture that can't be made smaller than {len(content):,} bytes", f"{most:,} bytes")
        # Bytes go with the area; a first long step spares many short ones.
        step = min(_SHRINK, math.sqrt((most or 1) / len(content)) * 1.05)
        size = tuple(max(1, int(side * max(step, 0.3))) for side in picture.size)
        picture = picture.resize(_keep_ratio(size, aim), Image.Resampling.LANCZOS)


def _keep_ratio(size: tuple[int, ...], aim: Aim) -> tuple[int, int]:
    return size_within(size[0], size[1], aim)


def encoded(picture: Image.Image, kind: str, quality: int) -> bytes:
    """The picture's bytes as this type; JPEG knows no transparency, so it gets white behind it."""
    out = io.BytesIO()
    if kind == "image/jpeg":
        is_small = picture.width * picture.height < _LARGE
        _opaque(picture).save(out, "JPEG", quality=quality, optimize=is_small, progressive=is_small)
    elif kind == "image/webp":
        picture.save(out, "WEBP", quality=quality, method=4)
    else:
        picture.save(out, "PNG", optimize=picture.width * picture.height < 4_000_000)
    return out.getvalue()


def _opaque(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    ground = Image.new("RGB", picture.size, (255, 255, 255))
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def make_moving(path: Path, mime: str, target: Path, aim: Aim) -> Made:
    """Write a form of a moving picture as GIF or WebP that still moves. Raises `Unfit` where there is none."""
    kind = mime if mime in {"image/gif", "image/webp"} and (not aim.types or mime in aim.types) else None
    kind = kind or next((each for each in ("image/webp", "image/gif") if each in aim.types), None)
    if kind is None:
        raise Unfit(f"a moving picture ({mime})", ", ".join(aim.types))
    scale = 1.0
    while True:
        frames, lengths, total = _frames(path, mime, aim, scale)
        settings: dict[str, Any] = {"save_all": True, "append_images": frames[1:], "duration": lengths, "loop": 0}
        frames[0].save(target, kind.removeprefix("image/").upper(), **settings)
        size = target.stat().st_size
        if aim.max_bytes is None or size <= aim.max_bytes:
            return Made(kind, frames[0].width, frames[0].height, total)
        if scale < 0.2:
            raise Unfit(f"a moving picture that can't be made smaller than {size:,} bytes", f"{aim.max_bytes:,} bytes")
        scale *= min(_SHRINK, math.sqrt(aim.max_bytes / size))


def _frames(path: Path, mime: str, aim: Aim, scale: float) -> tuple[list[Image.Image], list[int], float]:
    frames, lengths = [], []
    with images.opened(path, mime) as image:
        for frame in ImageSequence.Iterator(image):
            picture = within(padded(cropped(frame.convert("RGBA"), aim.crop), aim), aim)
            size = (max(1, int(picture.width * scale)), max(1, int(picture.height * scale)))
            frames.append(picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS))
            lengths.append(int(frame.info.get("duration", 100) or 100))
            if sum(each.width * each.height for each in frames) > images.MOST_PIXELS * 4:
                raise Unfit("a moving picture too long to be made anew", "a shorter one, or a video")
    return frames, lengths, round(sum(lengths) / 1000, 3)
