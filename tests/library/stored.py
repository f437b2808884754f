"""Looking behind the library's doors: what is in storage."""

from pathlib import Path

from postroom.library import storing
from postroom.library.models import LooseFile
from postroom.workspaces.actors import Actor, seeing


def stored(files: Path) -> list[Path]:
    """Every file in the local storage."""
    return [path for path in files.rglob("*") if path.is_file()]


def content_of(key: str) -> bytes:
    """A whole file, whatever the storage."""
    return b"".join(storing.chunks(key))


def loose(actor: Actor) -> int:
    """How many files are announced that no row has claimed."""
    with seeing(actor):
        return LooseFile.objects.count()
