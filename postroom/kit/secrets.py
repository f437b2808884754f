"""Secrets at rest: sealed under AES-256-GCM by the newest key of a ring, opened by whichever key sealed them.

A ring has several keys so that one can be replaced: the new one seals from then on, the old ones go on opening until
everything was sealed anew. What a secret belongs to is bound into the seal, so that it opens nowhere else.
"""

import base64
import binascii
import json
import os
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_FORMAT: Final = b"\x01"


class KeyRingProblem(Exception):
    """The keys can't be used; the message says why and what to do."""


class CannotOpen(Exception):
    """A sealed secret doesn't open: it was altered, belongs elsewhere, or its key is gone."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed secret, and which key sealed it."""

    key_id: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a ring."""

    id: str
    made_at: datetime
    secret: bytes = field(repr=False)


def make_key(now: datetime) -> Key:
    """Make a key of 256 random bits."""
    return Key(secrets.token_hex(4), now, secrets.token_bytes(_KEY_BYTES))


@dataclass(frozen=True, slots=True)
class Ring:
    """Keys in the order they were made; the last one seals. KeyRingProblem for none, and for one id twice."""

    keys: tuple[Key, ...]
    _ciphers: dict[str, AESGCM] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the keys and make their ciphers."""
        if not self.keys:
            raise KeyRingProblem("The key ring has no key.")
        if len({key.id for key in self.keys}) < len(self.keys):
            raise KeyRingProblem("The key ring has two keys of the same id.")
        object.__setattr__(self, "_ciphers", {key.id: AESGCM(key.secret) for key in self.keys})

    @property
    def newest(self) -> Key:
        """The key that seals."""
        return self.keys[-1]

    def seal(self, plain: bytes, *, bound_to: bytes) -> Sealed:
        """Seal a secret; it opens only with the same `bound_to`."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self.newest.id].encrypt(nonce, plain, _FORMAT + bound_to)
        return Sealed(self.newest.id, _FORMAT + nonce + sealed)

    def open(self, sealed: Sealed, *, bound_to: bytes) -> bytes:
        """Open what `seal` made. Raises CannotOpen."""
        cipher = self._ciphers.get(sealed.key_id)
        if cipher is None:
            raise CannotOpen(
                f"The key {sealed.key_id} that sealed this is not in the key ring. Put the key ring of that time back."
            )
        content = bytes(sealed.content)
        if content[:1] != _FORMAT:
            raise CannotOpen("This was not sealed by this version of Postroom.")
        nonce, rest = content[1 : 1 + _NONCE_BYTES], content[1 + _NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, rest, _FORMAT + bound_to)
        except (InvalidTag, ValueError):
            raise CannotOpen("A sealed secret was altered, or belongs to something else.") from None


def ring_from_text(text: str) -> Ring:
    """Read a ring given as "id:key id:key …", keys in base64, the newest last. Raises KeyRingProblem."""
    keys = []
    for entry in text.replace(",", " ").split():
        name, _, encoded = entry.partition(":")
        keys.append(Key(name, datetime.fromtimestamp(0, UTC), _decoded(encoded, f"Key {name[:16]}")))
    return Ring(tuple(keys))


def as_text(ring: Ring) -> str:
    """Write a ring as `ring_from_text` reads it. Secret."""
    return " ".join(f"{key.id}:{_encoded(key.secret)}" for key in ring.keys)


def read_ring(path: Path) -> Ring:
    """Read a ring from its file. FileNotFoundError; KeyRingProblem for one that others may read, or can't be read."""
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode & 0o777
        if mode & 0o077:
            raise KeyRingProblem(
                f"{path} holds the keys to every channel and may be read by others (its mode is {mode:04o}). "
                f"Only its owner may: chmod 600 {path}"
            )
        content = file.read()
    try:
        rows = json.loads(content)["keys"]
        keys = [
            Key(str(row["id"]), datetime.fromisoformat(row["made_at"]), _decoded(row["key"], f"A key in {path}"))
            for row in rows
        ]
    except (ValueError, KeyError, TypeError):
        raise KeyRingProblem(f"{path} is not a key ring. Put it back from a backup.") from None
    return Ring(tuple(keys))


def write_ring(path: Path, ring: Ring, *, replace: bool = True) -> bool:
    """Write a ring to its file (mode 0600) in one stroke. Without `replace` a file that is there stays: then False."""
    rows = [{"id": key.id, "made_at": key.made_at.isoformat(), "key": _encoded(key.secret)} for key in ring.keys]
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"keys": rows}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            draft.replace(path)
            return True
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            return False
        return True
    finally:
        draft.unlink(missing_ok=True)


def _encoded(secret: bytes) -> str:
    return base64.urlsafe_b64encode(secret).decode()


def _decoded(encoded: str, what: str) -> bytes:
    try:
        secret = base64.b64decode(encoded.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != _KEY_BYTES:
        raise KeyRingProblem(f"{what} is not {_KEY_BYTES} bytes in base64.")
    return secret
