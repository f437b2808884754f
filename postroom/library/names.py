"""File names as people sent them, made harmless: no folders, no control signs, nothing that reads backwards."""

import re
import unicodedata
from typing import Final

LONGEST: Final = 150
_FORBIDDEN: Final = re.compile(r'[<>:"|?*]')


def clean(given: str, ending: str) -> str:
    """Give the last part of a name or path without what could mislead, with the ending its content deserves."""
    last = re.split(r"[/\\]", given)[-1]
    # Cf holds the signs that turn the direction of writing, by which "gpj.exe" is shown as "exe.jpg".
    kept = "".join(sign for sign in unicodedata.normalize("NFC", last) if unicodedata.category(sign)[0] != "C")
    stem = re.sub(r"\s+", " ", _FORBIDDEN.sub("_", kept)).strip(" .")
    stem = re.sub(r"(\.[A-Za-z0-9]{1,5})$", "", stem).strip(" .")
    return (stem[:LONGEST].strip(" .") or "file") + ending
