"""What a file must become, in words that name a rendition, and whether it already is so. Pure: no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self
from uuid import UUID

from postroom.networks.rules import Need
from postroom.networks.shape import MediaKind

RECIPE: Final = "1"
"""Raised when the way renditions are made changes, so that old ones aren't taken for new ones."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of a picture, as its author chose it: left, top, width and height in parts of the whole (0 to 1)."""

    x: float
    y: float
    width: float
    height: float

    @classmethod
    def of(cls, value: Mapping[str, Any] | None) -> Self | None:
        """Read a `PostMedia.crop`; None where it keeps the whole picture. ValueError if it makes no sense."""
        if not value:
            return None
        try:
            x, y, width, height = (round(float(value[name]), 4) for name in ("x", "y", "width", "height"))
        except (KeyError, TypeError) as problem:
            raise ValueError("a crop has x, y, width and height") from problem
        inside = 0 <= x < 1 and 0 <= y < 1 and 0 < width <= 1 and 0 < height <= 1
        if not inside or x + width > 1.0001 or y + height > 1.0001:
            raise ValueError("a crop lies within the picture: x, y, width and height from 0 to 1")
        return None if (x, y, width, height) == (0, 0, 1, 1) else cls(x, y, width, height)


class Wanted(NamedTuple):
    """A file in the form a need asks for, cut as its author chose."""

    asset_id: UUID
    need: Need
    crop: Crop | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file ready to be sent. Sizes in bytes, pixels (as shown) and seconds; `name` ends as its type does."""

    asset_id: UUID
    kind: MediaKind
    mime: str
    bytes: int
    name: str
    storage_key: str
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    alt: str = ""
    focus: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class NotReady:
    """Why a file can't be sent (yet). `is_final`: waiting won't help, `why` says in words what would."""

    asset_id: UUID
    why: str
    is_final: bool


_LIMITS: Final = {
    "bytes<": ("max_bytes", int),
    "pixels<": ("max_pixels", int),
    "width<": ("max_width", int),
    "ratio>": ("min_ratio", float),
    "ratio<": ("max_ratio", float),
}
"""How a limit is said, and which field of `Need` it is."""


def need_words(need: Need, crop: Crop | None = None) -> str:
    """Say a need in one canonical way: equal words for equal needs, whatever the order of their parts."""
    said = [f"recipe={RECIPE}"]
    if need.types:
        said.append("types=" + ",".join(sorted(set(need.types))))
    for name, (field, kind) in _LIMITS.items():
        value = getattr(need, field)
        if value is not None:
            said.append(f"{name}={kind(value)!r}")
    if crop is not None:
        said.append(f"crop={crop.x!r},{crop.y!r},{crop.width!r},{crop.height!r}")
    return " ".join(said)


def read_need_words(said: str) -> tuple[Need, Crop | None]:
    """Read what `need_words` said."""
    parts = dict(part.rsplit("=", 1) for part in said.split())
    limits = {field: kind(parts[name]) for name, (field, kind) in _LIMITS.items() if name in parts}
    types = tuple(parts["types"].split(",")) if "types" in parts else ()
    crop = Crop(*(float(number) for number in parts["crop"].split(","))) if "crop" in parts else None
    return Need(types=types, **limits), crop


def misfits(need: Need, *, mime: str, size: int, width: int | None, height: int | None) -> tuple[str, ...]:
    """Name what about a file doesn't fit: "type", "bytes", "pixels", "width", "narrow", "wide". Empty: it fits."""
    found = []
    if need.types and mime not in need.types:
        found.append("type")
    if need.max_bytes is not None and size > need.max_bytes:
        found.append("bytes")
    if width and height:
        if need.max_pixels is not None and width * height > need.max_pixels:
            found.append("pixels")
        if need.max_width is not None and width > need.max_width:
            found.append("width")
        if need.min_ratio is not None and width / height < need.min_ratio:
            found.append("narrow")
        if need.max_ratio is not None and width / height > need.max_ratio:
            found.append("wide")
    return tuple(found)
