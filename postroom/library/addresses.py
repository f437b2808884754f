"""Addresses of stored files that work for a while and for whoever has them: for pages, and for networks that fetch.

Local files are served by a door under `PREFIX` that asks `read_address`; files in S3 by S3 itself.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from django.conf import settings
from django.core import signing
from django.core.files.storage import default_storage

from postroom.library import storing

PREFIX: Final = "/files/"
_SALT: Final = "postroom.library.addresses"
_SHOWN: Final = ("image/", "video/", "audio/")


class BadAddress(Exception):
    """This address was never given out, or its time is over."""


@dataclass(frozen=True, slots=True)
class Address:
    """What an address leads to. `is_shown`: a browser may show it; else it is to be saved as a file."""

    key: str
    mime: str
    name: str
    is_shown: bool

    @property
    def headers(self) -> dict[str, str]:
        """The headers it must be served with: no guessing of types, nothing in it may run."""
        return {
            "Content-Type": self.mime,
            "Content-Disposition": disposition(self.name, is_shown=self.is_shown),
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, max-age=3600",
        }


def address_of(key: str, *, mime: str, name: str, now: datetime, seconds: int = 3600, save: bool = False) -> str:
    """Make an absolute address of a stored file, good for at least `seconds` from `now` and at most twice as long.

    The same address comes out within a while, so that browsers can keep what they fetched. `save`: as a download.
    """
    is_shown = not save and mime.startswith(_SHOWN)
    until = (int(now.timestamp()) // seconds + 2) * seconds
    if storing.is_remote():
        return _signed_by_s3(key, mime, disposition(name, is_shown=is_shown), until - int(now.timestamp()))
    said = {"k": key, "m": mime, "n": name, "u": until, "s": is_shown}
    token = signing.Signer(salt=_SALT).sign_object(said, compress=True)
    return f"{settings.PUBLIC_URL}{PREFIX}{token}"


def read_address(token: str, now: datetime) -> Address:
    """Read what stands behind PREFIX in an address of ours. Raises BadAddress."""
    try:
        said = signing.Signer(salt=_SALT).unsign_object(token)
    except (signing.BadSignature, ValueError):
        raise BadAddress("this address was not made here") from None
    if now.timestamp() >= said["u"]:
        raise BadAddress("this address is no longer good")
    return Address(said["k"], said["m"], said["n"], said["s"])


def disposition(name: str, *, is_shown: bool) -> str:
    """The Content-Disposition header for a file name, whatever letters it has (RFC 6266)."""
    plain = "".join(sign if sign.isascii() and sign.isprintable() and sign not in '"\\' else "_" for sign in name)
    kind = "inline" if is_shown else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _signed_by_s3(key: str, mime: str, shown_as: str, seconds: int) -> str:
    bucket: Any = default_storage.bucket  # type: ignore[attr-defined] # only S3's storage has one
    wanted = {
        "Bucket": bucket.name,
        "Key": storing.remote_name(key),
        "ResponseContentType": mime,
        "ResponseContentDisposition": shown_as,
    }
    return str(bucket.meta.client.generate_presigned_url("get_object", Params=wanted, ExpiresIn=seconds))
