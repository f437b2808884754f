"""The doctor on the machine: Python, the data folder, its keys, room on the disk, optional parts."""

import importlib.util
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from postroom.upkeep.findings import Finding, bad, good, warning

_OLDEST_PYTHON: Final = (3, 11)
_LITTLE_ROOM: Final = 1 << 30
_PRIVATE: Final = ("secret.key", "database.url", "database.password", "keys.json")
_OPTIONAL: Final = {"av": ("video", "postroom[video]"), "pillow_heif": ("HEIC photos", "postroom[heif]")}


def look_at_machine(data: Path) -> Iterator[Finding]:
    """Everything that can be said without a database."""
    yield _python()
    yield from _folder(data)
    yield from _optional()


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < _OLDEST_PYTHON:
        return bad("Python", f"This is Python {found}.", "Install Python 3.11 or newer.")
    return good("Python", found)


def _folder(data: Path) -> Iterator[Finding]:
    if not data.is_dir():
        yield bad("Data folder", f"{data} isn't there.", "Start Postroom with: postroom up")
        return
    if not os.access(data, os.W_OK | os.X_OK):
        yield bad("Data folder", f"{data} can't be written to.", f"chown -R {os.geteuid()} {data}")
        return
    yield good("Data folder", str(data))
    for path in (data / name for name in _PRIVATE):
        if path.exists() and (mode := stat.S_IMODE(path.stat().st_mode)) & 0o077:
            yield bad("Keys", f"{path} can be read by others (mode {mode:o}).", f"chmod 600 {path}")
    free = shutil.disk_usage(data).free
    if free < _LITTLE_ROOM:
        yield warning("Disk", f"Only {free >> 20} MiB are free at {data}.", "Make room, or move the data folder.")
    else:
        yield good("Disk", f"{free >> 30} GiB free")


def _optional() -> Iterator[Finding]:
    for module, (what, package) in _OPTIONAL.items():
        if importlib.util.find_spec(module):
            yield good(f"Optional: {what}", "installed")
        else:
            yield good(f"Optional: {what}", f"not installed (pip install '{package}')")
