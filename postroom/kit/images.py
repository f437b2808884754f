"""Pictures: their facts, whether they are whole, small previews, and forms that fit a network.

Pixels are counted before anything is decoded: a file of a few kilobytes can unfold into gigabytes. What leaves here
carries no EXIF, GPS, XMP or comment, has its rotation applied, and its colours in sRGB.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageCms, ImageOps

from postroom.kit import parts
from postroom.kit.media import Facts, Unfit

MOST_PIXELS: Final = 64_000_000
"""Of one picture (a phone's largest common ones have 50 million); 64 million take 200 MB decoded."""
MOST_MOVING_PIXELS: Final = 2_000_000_000
"""Of all the frames of a moving picture together."""
MOST_FRAMES: Final = 2_000
_DECODED_FRAMES: Final = 200_000_000
"""So many pixels of a moving picture are decoded at upload to see that it is whole."""

_FORMATS: Final = {
    "image/jpeg": ("JPEG", "MPO"),
    "image/png": ("PNG",),
    "image/gif": ("GIF",),
    "image/webp": ("WEBP",),
    "image/avif": ("AVIF",),
    "image/heic": ("HEIF",),
}
ORIENTATION: Final = 0x0112
_PRIVATE: Final = ("exif", "xmp", "XML:com.adobe.xmp", "photoshop", "Raw profile type exif")
_PLAIN_MODES: Final = {"1", "L", "LA", "P", "PA", "RGB", "RGBA"}


@contextmanager
def opened(path: Path, mime: str) -> Iterator[Image.Image]:
    """Open a picture as exactly this type, header only; more pixels than `MOST_PIXELS` are refused. Raises `Unfit`."""
    if mime == "image/heic":
        _enable_heic()
    if mime not in _FORMATS:
        raise Unfit(f"a picture of type {mime}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            image = Image.open(path, formats=_FORMATS[mime])
        except Image.DecompressionBombError:
            raise _too_large() from None
        except Exception as problem:
            raise _broken(problem) from problem
        with image:
            if image.width * image.height > MOST_PIXELS:
                raise _too_large(f"{image.width} × {image.height} pixels")
            yield image


def look(path: Path, mime: str, size: int) -> Facts:
    """Read a picture's facts and decode it whole, so that a broken one is found out now. Raises `Unfit`."""
    with opened(path, mime) as image:
        try:
            frames = _count_frames(image)
            _decode(image, frames)
            turned = image.getexif().get(ORIENTATION, 1)
            cleaning = _needs_cleaning(image, moves=frames > 1) or parts.has_tail(path, mime)
            seconds = _length(image, frames) if frames > 1 else None
        except Unfit:
            raise
        except Exception as problem:
            raise _broken(problem) from problem
        width, height = image.size
    if turned in {5, 6, 7, 8} and mime != "image/heic":  # pillow-heif has turned it already
        width, height = height, width
    if mime == "image/gif" and parts.end_of(path, mime) is None:  # Pillow takes what there is of its frames
        raise Unfit("a picture that is broken (cut short)", "a whole picture")
    details: dict[str, Any] = {"frames": frames} if frames > 1 else {}
    return Facts("gif" if frames > 1 else "image", mime, size, width, height, seconds, cleaning, details)


def preview(path: Path, mime: str, target: Path, side: int = 480) -> None:
    """Write a WebP of at most `side` pixels each way, of the first frame. Raises `Unfit`."""
    with opened(path, mime) as image:
        image.draft("RGB", (side * 2, side * 2))
        try:
            small = upright(image, within=side)
        except Exception as problem:
            raise _broken(problem) from problem
        small.thumbnail((side, side), Image.Resampling.LANCZOS)
        small.save(target, "WEBP", quality=80, method=4)


def upright(image: Image.Image, within: int | None = None) -> Image.Image:
    """Give the picture as it is meant to be seen: turned, in sRGB, as RGB or RGBA, with nothing else attached.

    `within`: it will be made this small in the end, so that large ones may be shrunk early.
    """
    image.load()
    if within:
        image.thumbnail((within * 2, within * 2), Image.Resampling.BILINEAR, reducing_gap=2.0)
    profile = image.info.get("icc_profile")
    seen = ImageOps.exif_transpose(image)
    if profile and not is_srgb(profile):
        seen = _to_srgb(seen, profile)
    has_alpha = seen.mode in {"RGBA", "LA", "PA"} or "transparency" in seen.info
    if seen.mode.startswith("I") or seen.mode == "F":
        seen = _to_eight_bits(seen)
    plain = seen.convert("RGBA" if has_alpha else "RGB")
    if plain.mode == "RGBA" and plain.getchannel("A").getextrema()[0] == 255:
        plain = plain.convert("RGB")
    plain.info = {}
    plain.getexif().clear()
    return plain


def is_srgb(profile: bytes) -> bool:
    """Whether a colour profile is that of sRGB, by its own name."""
    try:
        name = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(profile)))
    except (OSError, ImageCms.PyCMSError):
        return False
    return "srgb" in name.lower()


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Convert by the profile; a profile that makes no sense is as good as none."""
    mode = "RGBA" if "A" in image.mode or "transparency" in image.info else "RGB"
    if image.mode == "P":
        image = image.convert(mode)
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        done = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (OSError, ValueError, ImageCms.PyCMSError):
        return image
    return done or image


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Sixteen bits a pixel to eight; Pillow would clip instead of scaling."""
    low, high = image.getextrema()
    top = 65_535 if isinstance(high, int | float) and high > 255 else 255
    return image.point(lambda value: value * (255 / top)).convert("L") if high != low else image.convert("L")


def _count_frames(image: Image.Image) -> int:
    frames = int(getattr(image, "n_frames", 1)) if image.format != "MPO" else 1
    if frames > MOST_FRAMES or frames * image.width * image.height > MOST_MOVING_PIXELS:
        raise _too_large(f"{frames} frames of {image.width} × {image.height} pixels")
    return frames


def _decode(image: Image.Image, frames: int) -> None:
    enough = max(1, min(frames, _DECODED_FRAMES // max(1, image.width * image.height)))
    for number in range(enough):
        if number or frames > 1:
            image.seek(number)
        image.load()
    if frames > 1:
        image.seek(0)


def _length(image: Image.Image, frames: int) -> float | None:
    total = 0.0
    for number in range(frames):
        image.seek(number)
        if image.format in {"WEBP", "AVIF"}:
            image.load()  # these know a frame's duration only once it is decoded
        total += float(image.info.get("duration", 0) or 0)
    image.seek(0)
    return round(total / 1000, 3) or None


def _needs_cleaning(image: Image.Image, *, moves: bool) -> bool:
    info = image.info
    if any(info.get(name) for name in _PRIVATE) or len(image.getexif()) or image.format == "MPO":
        return True
    if moves:
        return False
    profile = info.get("icc_profile")
    told = bool(getattr(image, "text", None) or info.get("comment"))
    return told or image.mode not in _PLAIN_MODES or bool(profile and not is_srgb(profile))


def _enable_heic() -> None:
    try:
        import pillow_heif  # noqa: PLC0415 - an extra: it brings codecs under the GPL
    except ImportError:
        raise Unfit(
            "a HEIC picture, which this installation can't read", "JPEG or PNG, or the extra postroom[heif]"
        ) from None
    pillow_heif.register_heif_opener()


def _broken(problem: Exception) -> Unfit:
    return Unfit(f"a picture that is broken ({type(problem).__name__})", "a whole picture")


def _too_large(found: str = "more pixels than can be shown") -> Unfit:
    return Unfit(found, f"at most {MOST_PIXELS:,} pixels, {MOST_FRAMES:,} frames")
