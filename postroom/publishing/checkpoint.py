"""How far a publication got: small versioned JSON that the engine stores before and after every call.

{"v": 1, "part": 0, "step": "post", "bag": {}, "keys": ["…"], "ats": ["…"], "receipts": [{"id", "url", "ref"}],
 "tries": 0, "doubt": {"since": "…", "looks": 0}}

`keys` and `ats`: one a part, made before the first call and the same in every repeat. `receipts`: of the parts that are
public. `tries`: at this step. `doubt`: this part may be public; it is looked up before anything is sent.
"""

import os
from datetime import datetime, timedelta
from typing import Any

from postroom.networks.shape import Network, Receipt

Checkpoint = dict[str, Any]
VERSION = 1


def fresh(network: Network, parts: int, now: datetime) -> Checkpoint:
    """Make the checkpoint of a first try: keys and moments for all parts, a millisecond apart so that they sort."""
    ats = [now] if parts == 1 else [now + timedelta(milliseconds=part) for part in range(parts)]
    return {
        "v": VERSION,
        "part": 0,
        "step": network.steps[0].name,
        "bag": {},
        "keys": [mint(network, at) for at in ats],
        "ats": ats,
        "receipts": [],
        "tries": 0,
    }


_pool = bytearray()


def _noise() -> bytes:
    """Take 16 random bytes of the system's, which is asked for many at once."""
    if not _pool:
        _pool.extend(os.urandom(4096))
    taken = bytes(_pool[-16:])
    del _pool[-16:]
    return taken


def mint(network: Network, at: datetime) -> str:
    """Make a key in the network's own form, or 32 random hexadecimal digits."""
    noise = _noise()
    return network.mint_key(at, noise) if network.mint_key else noise.hex()


def moment(value: Any) -> datetime:
    """Read a stored moment."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def receipt(stored: dict[str, Any]) -> Receipt:
    """Read a stored receipt."""
    return Receipt(stored["id"], stored["url"], stored.get("ref") or {})


def stored(found: Receipt) -> dict[str, Any]:
    """Write a receipt down."""
    return {"id": found.id, "url": found.url, "ref": dict(found.ref)}


def step_index(network: Network, checkpoint: Checkpoint) -> int:
    """Where its step stands in the network's list; a step that is there no more counts as the first."""
    for index, step in enumerate(network.steps):
        if step.name == checkpoint["step"]:
            return index
    return 0
