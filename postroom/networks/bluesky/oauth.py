"""Connecting by OAuth: the owner consents on their own server's pages, and we never see a password.

AT Protocol's profile of OAuth 2.1 (https://atproto.com/specs/oauth, checked 2026-11-20): pushed request, PKCE with
S256, DPoP. We are a public client: the sign-in ends a session two weeks after consent; then the owner consents again.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from postroom.kit.http import Refused
from postroom.networks.bluesky import dpop
from postroom.networks.bluesky.calls import token_call
from postroom.networks.bluesky.identity import fetch_document, home_of, locate
from postroom.networks.shape import Begin, Return, SendTo, Tokens
from postroom.networks.verdicts import Expired, Rejected, Stop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postroom.networks.line import Answer, Line
    from postroom.networks.shape import Json

SCOPES = ("atproto", "transition:generic")
"""The broad scope: the narrow ones are still missing on many servers, and none is known for handing over a video."""
DOCUMENT = "client-metadata.json"
SESSION = timedelta(days=14)
"""A public client's session, by the reference server."""
UNTOLD_SECONDS = 300
"""How long an access token is taken to live when the sign-in doesn't say."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class SignIn:
    """An authorization server, as its metadata tells."""

    issuer: str
    push: str
    authorize: str
    token: str
    revoke: str


def document(public_url: str) -> Json:
    """Make our client metadata, which the sign-in fetches from our public address; its address is our client id."""
    return {
        "client_id": f"{public_url}/networks/bluesky/{DOCUMENT}",
        "client_name": "Postroom",
        "client_uri": public_url,
        "redirect_uris": [f"{public_url}/channels/return"],
        "scope": " ".join(SCOPES),
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "application_type": "web",
        "dpop_bound_access_tokens": True,
    }


def client(public_url: str, redirect_uri: str) -> tuple[str, str]:
    """Give (client id, redirect address). On this machine alone the id itself says everything, and the way back is by
    127.0.0.1, as the specification wants; a public address must be https.
    """
    parts = urlsplit(public_url)
    if parts.hostname in LOOPBACK:
        back = urlsplit(redirect_uri)
        redirect_uri = back._replace(netloc=f"127.0.0.1:{back.port}" if back.port else "127.0.0.1").geturl()
        query = urlencode({"redirect_uri": redirect_uri, "scope": " ".join(SCOPES)}, quote_via=quote)
        return f"http://localhost?{query}", redirect_uri
    if parts.scheme != "https" or parts.port:
        why = f"Bluesky's sign-in needs Postroom at a public https address without a port, not {public_url}"
        raise Stop(Rejected(f"{why}; an app password works without one", "public_url"))
    return str(document(public_url.rstrip("/"))["client_id"]), redirect_uri


async def discover(line: Line, pds: str) -> SignIn:
    """Find the sign-in that answers for a server: its resource metadata, then the issuer's own."""
    answer = await line.call("GET", f"{pds}/.well-known/oauth-protected-resource", signed=False)
    issuer = str(answer.field("authorization_servers", 0))
    answer = await line.call("GET", f"{issuer}/.well-known/oauth-authorization-server", signed=False)
    if answer.field("issuer") != issuer:
        raise Stop(Rejected(f"the sign-in at {issuer} calls itself something else", "server"))
    authorize = str(answer.field("authorization_endpoint"))
    try:
        line.guard.check_url(authorize)  # the owner's browser is sent there
    except Refused as refused:
        raise Stop(Rejected(f"the sign-in's address can't be used: {refused}", "server")) from None
    return SignIn(
        issuer,
        push=str(answer.field("pushed_authorization_request_endpoint")),
        authorize=authorize,
        token=str(answer.field("token_endpoint")),
        revoke=str(answer.json().get("revocation_endpoint") or ""),
    )


async def begin(line: Line, start: Begin) -> SendTo:
    """Push the request to the account's sign-in and send the owner there."""
    home = await locate(line, start.fields)
    sign_in = await discover(line, home.pds)
    client_id, redirect_uri = client(start.public_url, start.redirect_uri)
    key, verifier = dpop.new_key(), secrets.token_urlsafe(48)
    form = {
        "client_id": client_id,
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "scope": " ".join(SCOPES),
        "state": start.state,
        "code_challenge": dpop.digest(verifier),
        "code_challenge_method": "S256",
        "login_hint": home.handle,
    }
    answer = await token_call(line, sign_in.push, form, key=key)
    query = urlencode({"client_id": client_id, "request_uri": answer.field("request_uri")})
    remember = {
        "did": home.did, "pds": home.pds, "directory": home.directory, "issuer": sign_in.issuer, "state": start.state,
        "verifier": verifier, "dpop": key, "client_id": client_id, "redirect_uri": redirect_uri,
    }  # fmt: skip
    return SendTo(f"{sign_in.authorize}?{query}", remember)


async def finish(line: Line, back: Return) -> Tokens:
    """Change the code into tokens; believe them only when account, server, issuer and scope are the expected ones."""
    kept, params = back.remember, back.params
    if "error" in params:
        said = params.get("error_description") or params["error"]
        raise Stop(Rejected(f"the sign-in ended without consent: {said[:200]}"))
    if not secrets.compare_digest(params.get("state", ""), kept["state"]):
        raise Stop(Rejected("this way back belongs to another sign-in; begin again"))
    if params.get("iss") != kept["issuer"]:
        raise Stop(Rejected("the answer came from another sign-in than the one asked; begin again"))
    found = await fetch_document(line, kept["did"], kept["directory"])
    sign_in = await discover(line, home_of(found))
    if home_of(found) != kept["pds"] or sign_in.issuer != kept["issuer"]:
        raise Stop(Rejected("the account moved to another server meanwhile; begin again"))
    form = {
        "grant_type": "authorization_code",
        "client_id": kept["client_id"],
        "redirect_uri": kept["redirect_uri"],
        "code": params.get("code", ""),
        "code_verifier": kept["verifier"],
    }
    answer = await token_call(line, sign_in.token, form, key=kept["dpop"])
    names = ("did", "dpop", "client_id")
    extra = {name: kept[name] for name in names} | {"token": sign_in.token, "revoke": sign_in.revoke}
    return _tokens(answer, extra, back.now, session_ends=back.now + SESSION)


def _tokens(answer: Answer, extra: Mapping[str, str], now: datetime, session_ends: datetime | None) -> Tokens:
    """Check what the token endpoint said, and keep it."""
    access, said = str(answer.field("access_token")), answer.json()
    scopes = tuple(str(said.get("scope", "")).split())
    seconds = said.get("expires_in")
    if said.get("sub") != extra["did"]:
        raise Stop(Rejected("somebody else signed in than the account that was named", "handle"))
    if "atproto" not in scopes or str(said.get("token_type", "")).lower() != "dpop":
        raise Stop(Rejected("the sign-in gave a key that isn't one for this network"))
    return Tokens(
        access=access,
        refresh=said.get("refresh_token"),
        expires_at=now + timedelta(seconds=seconds if isinstance(seconds, int) else UNTOLD_SECONDS),
        refresh_expires_at=session_ends,
        scopes=scopes,
        extra=extra,
    )


async def refresh(line: Line, tokens: Tokens, now: datetime) -> Tokens:
    """Change the refresh token, which is good for one use, into a new pair.

    Used twice, it ends the whole session (seen at the PDS): store the new pair before using it, refresh under a lock.
    """
    if not tokens.refresh:
        raise Stop(Expired("there is nothing to refresh with; connect the channel again", refreshable=False))
    extra = tokens.extra
    form = {"grant_type": "refresh_token", "client_id": extra["client_id"], "refresh_token": tokens.refresh}
    answer = await token_call(line, extra["token"], form, key=extra["dpop"])
    return _tokens(answer, extra, now, tokens.refresh_expires_at)


async def revoke(line: Line, tokens: Tokens) -> None:
    """End the session at the sign-in; an unknown token is no error there (RFC 7009)."""
    extra = tokens.extra
    if extra.get("revoke"):
        form = {"client_id": extra["client_id"], "token": tokens.refresh or tokens.access}
        await token_call(line, extra["revoke"], form, key=extra["dpop"])
