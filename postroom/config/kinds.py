"""How the text of an environment variable becomes a value, and what to tell somebody whose text doesn't fit."""

from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

_ON: Final = ("on", "yes", "true", "1")
_OFF: Final = ("off", "no", "false", "0")


class BadValue(ValueError):
    """A text doesn't fit; `allowed` says in words what would."""

    def __init__(self, allowed: str) -> None:
        super().__init__(allowed)
        self.allowed = allowed


def text(found: str) -> str:
    """Any text."""
    return found


def switch(found: str) -> bool:
    """On or off, in the usual spellings."""
    if found.lower() in _ON:
        return True
    if found.lower() in _OFF:
        return False
    raise BadValue("on or off")


def whole(smallest: int, largest: int) -> Callable[[str], int]:
    """A whole number within bounds, both included."""

    def parse(found: str) -> int:
        try:
            number = int(found)
        except ValueError:
            number = smallest - 1
        if not smallest <= number <= largest:
            message = f"a whole number from {smallest} to {largest}"
            raise BadValue(message)
        return number

    return parse


def one_of(*choices: str) -> Callable[[str], str]:
    """One of a few words."""

    def parse(found: str) -> str:
        if found.lower() not in choices:
            message = "one of " + ", ".join(choices)
            raise BadValue(message)
        return found.lower()

    return parse


def words(found: str) -> tuple[str, ...]:
    """Several texts, separated by commas."""
    return tuple(part.strip() for part in found.split(",") if part.strip())


def folder(found: str) -> Path:
    """A folder, made absolute; `~` is the home folder."""
    return Path(found).expanduser().absolute()


def name(found: str) -> str:
    """A short lower-case name that PostgreSQL takes unquoted."""
    if not (found.isidentifier() and found.isascii() and found == found.lower() and len(found) <= 40):
        raise BadValue("up to 40 lower-case letters, digits and _, not starting with a digit")
    return found


def database_url(found: str) -> str:
    """A PostgreSQL address."""
    parts = urlsplit(found)
    if parts.scheme not in {"postgresql", "postgres"} or len(parts.path) < 2:
        raise BadValue("an address such as postgresql://user:password@host:5432/name")
    return found


def web_url(found: str) -> str:
    """A web address without a path, returned without its closing slash."""
    parts = urlsplit(found)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise BadValue("an address such as https://post.example.org")
    return found.rstrip("/")
