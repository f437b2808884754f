"""From a handle to the server that holds the account: handle → DID → DID document → PDS.

Whoever resolves a handle isn't trusted with it: the DID's own document has to name the handle too
(https://atproto.com/specs/handle, checked 2026-11-20). Documents come from the directory, or from a did:web's own host.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from postroom.networks.bluesky.facets import HANDLE
from postroom.networks.verdicts import Rejected, Stop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postroom.networks.line import Line

DIRECTORY = "https://plc.directory"
APPVIEW = "https://public.api.bsky.app"
"""The public AppView: resolves handles, counts likes; needs no sign-in."""
DID = re.compile(r"did:(plc:[a-z2-7]{24}|web:[a-zA-Z0-9.-]+(%3A\d+)?)")


@dataclass(frozen=True, slots=True)
class Home:
    """Where an account lives. `pds` and `directory` are base addresses without a slash at the end."""

    did: str
    handle: str
    pds: str
    directory: str


def named(fields: Mapping[str, str]) -> str:
    """Read what the owner typed as a handle: @alice.example, a profile's address, a DID. `Stop(Rejected)` else."""
    typed = fields.get("handle", "").strip().removeprefix("at://").removeprefix("@")
    typed = re.sub(r"^https?://[^/]+/profile/", "", typed).rstrip("/")
    if DID.fullmatch(typed):
        return typed
    if not HANDLE.fullmatch(typed):
        raise Stop(Rejected(f"a handle looks like alice.bsky.social, not {typed[:80]!r}", "handle"))
    return typed.lower()


def address(typed: str, where: str) -> str:
    """Read a server's base address as typed ("" stays ""); https where no scheme is given. `Stop(Rejected)` else."""
    typed = typed.strip().rstrip("/")
    if not typed:
        return ""
    parts = urlsplit(typed if "://" in typed else f"https://{typed}")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.path or parts.query:
        raise Stop(Rejected(f"an address looks like https://pds.example.com, not {typed[:80]!r}", where))
    return f"{parts.scheme}://{parts.netloc.lower()}"


async def locate(line: Line, fields: Mapping[str, str]) -> Home:
    """Find the account's home from the fields of a connection; the document decides, not the server that was asked."""
    name, directory = named(fields), address(fields.get("directory", ""), "directory") or DIRECTORY
    did = name if name.startswith("did:") else await resolve(line, name, address(fields.get("server", ""), "server"))
    document = await fetch_document(line, did, directory)
    known_as = document.get("alsoKnownAs")
    names = [str(known).removeprefix("at://") for known in known_as] if isinstance(known_as, list) else []
    if name != did and name not in [known.lower() for known in names]:
        raise Stop(Rejected(f"{did} doesn't call itself {name}: the handle points to another account", "handle"))
    pds = home_of(document)
    if not pds:
        raise Stop(Rejected(f"the document of {did} names no server that holds the account", "handle"))
    return Home(did, name if name != did else next(iter(names), did), pds, directory)


async def resolve(line: Line, handle: str, server: str = "") -> str:
    """Ask the named server (else the public AppView) for a handle's DID."""
    url = f"{server or APPVIEW}/xrpc/com.atproto.identity.resolveHandle"
    answer = await line.call("GET", url, query={"handle": handle}, signed=False, accept={400})
    did = str(answer.field("did")) if answer.status == 200 else ""
    if not DID.fullmatch(did):
        raise Stop(Rejected(f"there is no account called {handle}", "handle"))
    return did


async def fetch_document(line: Line, did: str, directory: str) -> Mapping[str, Any]:
    """Fetch a DID's document from the directory (did:plc) or its own host (did:web)."""
    if did.startswith("did:web:"):
        url = f"https://{unquote(did.removeprefix('did:web:'))}/.well-known/did.json"
    else:
        url = f"{directory}/{did}"
    answer = await line.call("GET", url, signed=False, accept={404, 410})
    if answer.status != 200:
        why = f"{urlsplit(url).hostname} doesn't know {did}; a private network's own directory has to be named"
        raise Stop(Rejected(why, "directory"))
    document = answer.json()
    if not isinstance(document, dict) or document.get("id") != did:
        raise Stop(Rejected(f"the document found for {did} speaks of somebody else", "directory"))
    return document


def home_of(document: Mapping[str, Any]) -> str:
    """Read the account's server from a DID document; "" where it names none."""
    services = document.get("service")
    for entry in services if isinstance(services, list) else ():
        if not isinstance(entry, dict) or entry.get("type") != "AtprotoPersonalDataServer":
            continue
        if str(entry.get("id", "")).endswith("#atproto_pds"):
            return str(entry.get("serviceEndpoint", "")).rstrip("/")
    return ""
