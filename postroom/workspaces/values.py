"""Reading values that people and programs send: each reader gives the value in its clean form or says what is allowed.

Rooms declare a table of field → reader; `read_fields` applies it, so that every verb refuses in the same words.
"""

import unicodedata
from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.text import slugify

from postroom.workspaces.errors import BadInput

Reader = Callable[[str, object], Any]


def read_fields(given: Mapping[str, object], table: Mapping[str, Reader]) -> dict[str, Any]:
    """Read every given field by its reader. Raises BadInput, also for a field the table doesn't have."""
    for name in given:
        if name not in table:
            raise BadInput(name, given[name], f"one of the fields {', '.join(table)}")
    return {name: table[name](name, value) for name, value in given.items()}


def text(most: int, *, least: int = 0) -> Reader:
    """Text of `least` to `most` characters, trimmed; of control characters only newline and tab."""

    def read(field: str, found: object) -> str:
        allowed = f"text of {least} to {most} characters"
        if not isinstance(found, str):
            raise BadInput(field, found, allowed)
        clean = found.strip()
        if not least <= len(clean) <= most or any(_is_control(letter) for letter in clean):
            raise BadInput(field, found, allowed)
        return clean

    return read


def _is_control(letter: str) -> bool:
    return letter not in "\n\t" and unicodedata.category(letter) in {"Cc", "Cs"}


def whole(least: int, most: int) -> Reader:
    """A whole number from `least` to `most`."""

    def read(field: str, found: object) -> int:
        if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= most:
            raise BadInput(field, found, f"a whole number from {least} to {most}")
        return found

    return read


def one_of(words: Collection[str]) -> Reader:
    """One of these words."""

    def read(field: str, found: object) -> str:
        if not isinstance(found, str) or found not in words:
            raise BadInput(field, found, f"one of {', '.join(sorted(words))}")
        return str(found)

    return read


def words(most: int, longest: int) -> Reader:
    """A list of up to `most` different texts, each of up to `longest` characters; a leading # is dropped."""

    def read(field: str, found: object) -> list[str]:
        if not isinstance(found, list | tuple) or len(found) > most:
            raise BadInput(field, found, f"a list of up to {most} texts")
        one = text(longest, least=1)
        return list(dict.fromkeys(one(f"{field}.{at}", _bare(word)) for at, word in enumerate(found)))

    return read


def _bare(word: object) -> object:
    return word.strip().lstrip("#") if isinstance(word, str) else word


def flat(most: int) -> Reader:
    """A flat JSON object of up to `most` texts."""

    def read(field: str, found: object) -> dict[str, str]:
        if not isinstance(found, Mapping) or len(found) > most:
            raise BadInput(field, found, f"an object of up to {most} texts")
        one = text(500)
        return {text(80, least=1)(field, name): one(f"{field}.{name}", value) for name, value in found.items()}

    return read


def time_zone(field: str, found: object) -> str:
    """A name from the IANA time zone database, such as Europe/Berlin."""
    if not isinstance(found, str) or found not in _zones():
        raise BadInput(field, found, "a name from the IANA time zone database, such as Europe/Berlin or UTC")
    return ZoneInfo(found).key


def web_address(field: str, found: object) -> str:
    """An http(s) address, or an empty text."""
    clean: str = text(2000)(field, found)
    if clean and not clean.startswith(("https://", "http://")):
        raise BadInput(field, found, "an address that starts with https:// or http://")
    return clean


def slug(field: str, found: object) -> str:
    """A name for addresses: small letters, digits and hyphens."""
    clean: str = text(80, least=1)(field, found)
    if slugify(clean) != clean:
        raise BadInput(field, found, "small letters, digits and hyphens")
    return clean


def email(field: str, found: object) -> str:
    """An e-mail address, in lower case."""
    clean: str = text(254, least=3)(field, found)
    try:
        validate_email(clean)
    except ValidationError:
        raise BadInput(field, found, "an e-mail address such as ada@example.org") from None
    return clean.lower()


def identifier(field: str, found: object) -> UUID:
    """An id of ours, as a UUID or as its text."""
    if isinstance(found, UUID):
        return found
    try:
        return UUID(str(found))
    except ValueError:
        raise BadInput(field, found, "an id such as 0199a1b2-c3d4-7000-8000-000000000000") from None


def identifiers(field: str, found: object) -> list[UUID]:
    """A list of ids, each once."""
    if not isinstance(found, Collection) or isinstance(found, str | bytes):
        raise BadInput(field, found, "a list of ids")
    return list(dict.fromkeys(identifier(f"{field}.{at}", one) for at, one in enumerate(found)))


_known_zones: set[str] = set()


def _zones() -> set[str]:
    # Reading the list walks the whole zone folder, so it is done once.
    if not _known_zones:
        _known_zones.update(zone for zone in available_timezones() if zone != "localtime")
    return _known_zones
