"""Stored files as pages show them: their addresses, and their facts in words."""

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from postroom.library.addresses import address_of
from postroom.library.queries import SEEN, AssetRow, RemovedRow

KINDS: Final[dict[str, tuple[Promise, str]]] = {
    "image": (_("Picture"), "photo"),
    "video": (_("Video"), "video"),
    "gif": (_("GIF"), "gif"),
    "audio": (_("Sound"), "music"),
    "document": (_("Document"), "file"),
}
"""Type of a file → its word, its icon."""
PURPOSES: Final[dict[str, Promise]] = {
    "any": _("Anything"),
    "post": _("Posts"),
    "story": _("Stories"),
    "highlight": _("Highlights"),
    "avatar": _("Avatars"),
}
DRAWN_BY_BROWSERS: Final = {"image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"}


@dataclass(frozen=True, slots=True)
class Tile:
    """A file in the grid."""

    row: AssetRow
    thumbnail: str
    kind: Promise
    icon: str
    size: str
    length: str
    needs_alt: bool


@dataclass(frozen=True, slots=True)
class RemovedTile:
    """A removed file, while it can be brought back."""

    row: RemovedRow
    thumbnail: str
    kind: Promise
    icon: str
    size: str


def tile_of(row: AssetRow) -> Tile:
    """Show a file in the grid."""
    return Tile(
        row=row,
        thumbnail=thumbnail_of(row),
        kind=KINDS[row.type][0],
        icon=KINDS[row.type][1],
        size=size_of(row),
        length=length_of(row.seconds),
        needs_alt=not row.alt_text and row.type in SEEN,
    )


def removed_tile_of(row: RemovedRow) -> RemovedTile:
    """Show a removed file."""
    return RemovedTile(row, thumbnail_of(row), *KINDS[row.type], filesizeformat(row.bytes))


def thumbnail_of(row: AssetRow | RemovedRow) -> str:
    """Give the address of a file's thumbnail, "" where it has none."""
    return shown_at(row.thumbnail_key, "image/webp", f"{row.filename}.webp") if row.thumbnail_key else ""


def shown_at(key: str, mime: str, name: str, *, save: bool = False) -> str:
    """Give an address of stored bytes for this page. Ours go without the host, so that any name of it will do."""
    return address_of(key, mime=mime, name=name, now=timezone.now(), save=save).removeprefix(settings.PUBLIC_URL)


def size_of(row: AssetRow) -> str:
    """Say how big a file is: "1080 × 1350 · 1.2 MB"."""
    pixels = f"{row.width} × {row.height} · " if row.width and row.height else ""
    return f"{pixels}{filesizeformat(row.bytes)}"


def length_of(seconds: float | None) -> str:
    """Say how long a film or sound is: "1:02"; "" for what has no length."""
    if seconds is None:
        return ""
    whole = max(1, round(seconds))
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
