"""DPoP (RFC 9449): each call under OAuth carries a proof, signed with a key that belongs to this one connection."""

from __future__ import annotations

import functools
import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING

from joserfc import jwt
from joserfc.jwk import ECKey
from yarl import URL

if TYPE_CHECKING:
    from datetime import datetime


def new_key() -> str:
    """Make a private P-256 key, as a JWK in JSON. A secret: it goes into what is stored sealed."""
    return json.dumps(ECKey.generate_key("P-256").as_dict(private=True))


def digest(value: str) -> str:
    """Give the SHA-256 of a text in base64url without padding: PKCE's S256 and DPoP's `ath`."""
    return urlsafe_b64encode(hashlib.sha256(value.encode()).digest()).rstrip(b"=").decode()


@functools.lru_cache(maxsize=1024)
def _read(key: str) -> ECKey:
    return ECKey.import_key(json.loads(key))


def prove(key: str, method: str, url: str, *, at: datetime, nonce: str | None = None, access: str | None = None) -> str:
    """Sign a proof for one call. `nonce`: the last one this server gave; `access`: the token sent along, if any."""
    pair = _read(key)
    claims = {
        "jti": secrets.token_urlsafe(16),
        "htm": method,
        "htu": str(URL(url).with_query(None).with_fragment(None)),
        "iat": int(at.timestamp()),
    }
    if nonce:
        claims["nonce"] = nonce
    if access:
        claims["ath"] = digest(access)
    return jwt.encode({"typ": "dpop+jwt", "alg": "ES256", "jwk": pair.as_dict(private=False)}, claims, pair)
