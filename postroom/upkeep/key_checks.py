"""The doctor on the key ring: without its keys, what opens the channels can't be read."""

from pathlib import Path
from typing import Final

import psycopg

from postroom.kit.secrets import Key, KeyRingProblem, read_ring, ring_from_text
from postroom.upkeep.findings import Finding, bad, good

_SEALED_UNDER: Final = "select key_id, count(*) from channels_credential group by key_id"


def look_at_keys(keys_file: Path, *, given: str, owner: str) -> Finding:
    """Whether every key that channels' tokens are sealed under is here; `given`: the environment's ring, if any."""
    try:
        found = {key.id for key in _ring_keys(keys_file, given)}
    except KeyRingProblem as problem:
        return bad("Key ring", str(problem), "Put the key ring right, from your copy of it.")
    with psycopg.connect(owner) as connection:
        needed = {str(key): int(count) for key, count in connection.execute(_SEALED_UNDER)}
    if missing := needed.keys() - found:
        shut = sum(needed[key] for key in missing)
        remedy = f"Put your copy of {keys_file} back; without one, connect these channels again."
        return bad("Key ring", f"{shut} channel(s) are sealed under keys that aren't here.", remedy)
    return good("Key ring", f"{len(found)} keys" if found else "made when the first channel is connected")


def _ring_keys(keys_file: Path, given: str) -> tuple[Key, ...]:
    if given:
        return ring_from_text(given).keys
    return read_ring(keys_file).keys if keys_file.exists() else ()
