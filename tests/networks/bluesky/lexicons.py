"""Checks a record against the network's own schemas (Lexicons), read from a folder of their JSON files."""

from __future__ import annotations

import functools
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from postroom.kit.text import count

CHECKOUT = Path(__file__).parents[3]
PLACES = (os.environ.get("ATPROTO_LEXICONS", ""), str(CHECKOUT.parent / "shared/networks/specs/atproto/lexicons"))


def complaints_if_known(record: dict[str, Any]) -> list[str]:
    """Do the same where the schemas are at hand: beside a real server, which has checked the record by its own."""
    return complaints(record) if _place() else []


def _place() -> Path | None:
    places = (Path(place) for place in PLACES if place)
    return next((place for place in places if (place / "app/bsky/feed/post.json").is_file()), None)


@functools.cache
def folder() -> Path:
    """Find the schemas, or skip the test that wants them."""
    if place := _place():
        return place
    pytest.skip("no Lexicons here: ATPROTO_LEXICONS names a folder that holds app/bsky/feed/post.json")


@functools.cache
def definition(name: str) -> dict[str, Any]:
    """Read one definition: "app.bsky.feed.post" or "app.bsky.feed.post#replyRef"."""
    document, _, part = name.partition("#")
    found = json.loads((folder() / (document.replace(".", "/") + ".json")).read_text())
    return found["defs"][part or "main"]


def complaints(record: dict[str, Any]) -> list[str]:
    """List what is wrong with a record, by the schema its $type names."""
    return check(definition(record["$type"])["record"], record, record["$type"], "$")


def check(schema: dict[str, Any], value: Any, home: str, at: str) -> list[str]:
    """Check a value against a schema; `home` is the document that short references (#main) belong to."""
    kind = schema["type"]
    if kind == "ref":
        name = schema["ref"] if not schema["ref"].startswith("#") else home.split("#", maxsplit=1)[0] + schema["ref"]
        return check(definition(name), value, name, at)
    if kind == "union":
        return _union(schema, value, home, at)
    return CHECKS.get(kind, lambda *_: [f"{at}: no check for {kind}"])(schema, value, home, at)


def _union(schema, value, home, at):
    names = [ref if not ref.startswith("#") else home.split("#")[0] + ref for ref in schema["refs"]]
    if value.get("$type") not in names:
        return [f"{at}: {value.get('$type')} is none of {names}"]
    return check(definition(value["$type"]), value, value["$type"], at)


def _object(schema, value, home, at):
    known = schema.get("properties", {})
    found = [f"{at}.{name} is missing" for name in schema.get("required", ()) if name not in value]
    found += [f"{at}.{name} is unknown" for name in value if name not in known and name != "$type"]
    for name in value:
        if name in known:
            found += check(known[name], value[name], home, f"{at}.{name}")
    return found


def _array(schema, value, home, at):
    found = [f"{at}: {len(value)} items"] if len(value) > schema.get("maxLength", len(value)) else []
    return found + [line for n, item in enumerate(value) for line in check(schema["items"], item, home, f"{at}[{n}]")]


def _string(schema, value, home, at):
    if not isinstance(value, str):
        return [f"{at}: not a text"]
    found = []
    if len(value.encode()) > schema.get("maxLength", 10**9):
        found.append(f"{at}: too many bytes")
    if count(value, "grapheme") > schema.get("maxGraphemes", 10**9):
        found.append(f"{at}: too many graphemes")
    if schema.get("format") == "datetime" and (not value.endswith("Z") or datetime.fromisoformat(value).tzinfo is None):
        found.append(f"{at}: not a moment")
    starts = {"at-uri": "at://", "did": "did:", "cid": "baf"}.get(schema.get("format", ""), "")
    return found if value.startswith(starts) else [*found, f"{at}: {value} is no {schema['format']}"]


def _integer(schema, value, home, at):
    return [] if isinstance(value, int) and value >= schema.get("minimum", value) else [f"{at}: {value!r}"]


def _blob(schema, value, home, at):
    kinds = [kind.removesuffix("*") for kind in schema.get("accept", [""])]
    found = [] if value["$type"] == "blob" and value["ref"]["$link"] else [f"{at}: no blob"]
    if not value["mimeType"].startswith(tuple(kinds)) or value["size"] > schema.get("maxSize", 10**12):
        found.append(f"{at}: {value['mimeType']} of {value['size']} bytes")
    return found


CHECKS = {
    "object": _object,
    "array": _array,
    "string": _string,
    "integer": _integer,
    "boolean": lambda schema, value, home, at: [] if isinstance(value, bool) else [f"{at}: not yes or no"],
    "blob": _blob,
}
