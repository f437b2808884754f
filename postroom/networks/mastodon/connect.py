"""Connecting: registering at the server, OAuth with PKCE where the server knows it, who it is, revoking.

Access has no end on Mastodon itself; what a compatible server says about an end, and renewing, is honoured.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from postroom.networks import verdicts
from postroom.networks.mastodon import words
from postroom.networks.mastodon.identity import whoami
from postroom.networks.mastodon.server import endpoint, knows, metadata, server_of
from postroom.networks.shape import (
    App,
    Ask,
    Begin,
    Connected,
    Connecting,
    Return,
    SendTo,
    Tokens,
    Way,
)
from postroom.networks.verdicts import Expired, Rejected, Stop

if TYPE_CHECKING:
    from postroom.networks.line import Answer, Line

WRITING = ("read:statuses", "write:statuses", "write:media")
"""Reading is needed to look for a post whose fate is unknown, and to read its counters."""
IDENTITY, OLD_IDENTITY = "profile", "read:accounts"
"""Whose account it is: the narrow scope since Mastodon 4.3, the wider one before."""

FOREVER = 10 * 365 * 86_400


async def register(line: Line, start: Begin) -> App:
    """Register this installation at the owner's server: `POST /api/v1/apps`. One per server and return address."""
    said = await metadata(line)
    scopes = " ".join((*WRITING, IDENTITY if knows(said, "scopes_supported", IDENTITY) else OLD_IDENTITY))
    form = {"client_name": "Postroom", "redirect_uris": start.redirect_uri, "scopes": scopes}
    if start.public_url.startswith("https://"):
        form["website"] = start.public_url
    answer = await line.call("POST", "/api/v1/apps", form=form, signed=False)
    extra = {"scopes": scopes, "redirect_uri": start.redirect_uri}
    return App(str(answer.field("client_id")), str(answer.field("client_secret")), extra)


async def begin(line: Line, start: Begin) -> SendTo:
    """Send the owner to the server's consent page. PKCE where the server says that it knows S256 (Mastodon 4.3)."""
    app, said = _app(line), await metadata(line)
    if app.extra.get("redirect_uri", start.redirect_uri) != start.redirect_uri:
        raise Stop(Rejected("registered there with another return address; register again", "server"))
    query = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": start.redirect_uri,
        "scope": app.extra.get("scopes") or " ".join((*WRITING, OLD_IDENTITY)),
        "state": start.state,
    }
    remember = {"state": start.state}
    if knows(said, "code_challenge_methods_supported", "S256"):
        remember["verifier"] = secrets.token_urlsafe(48)
        digest = sha256(remember["verifier"].encode()).digest()
        query["code_challenge"] = urlsafe_b64encode(digest).rstrip(b"=").decode()
        query["code_challenge_method"] = "S256"
    page = endpoint(line, said, "authorization_endpoint", "/oauth/authorize")
    return SendTo(f"{page}?{urlencode(query)}", remember)


async def finish(line: Line, back: Return) -> Connected:
    """Exchange the code and ask whose account it is."""
    if back.params.get("state", back.remember.get("state")) != back.remember.get("state"):
        raise Stop(Rejected("the answer belongs to another attempt to connect; begin again"))
    if back.params.get("error"):
        raise Stop(Rejected(f"the server did not connect: {back.params.get('error_description') or 'access denied'}"))
    if not back.params.get("code"):
        raise Stop(Rejected("the server sent no code; begin again"))
    app = _app(line)
    form = {
        "grant_type": "authorization_code",
        "code": back.params["code"],
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "redirect_uri": back.redirect_uri,
        "scope": app.extra.get("scopes", ""),
    }
    if back.remember.get("verifier"):
        form["code_verifier"] = back.remember["verifier"]
    answer = await line.call("POST", "/oauth/token", form=form, signed=False)
    tokens = _tokens(answer, back.now, app.extra.get("scopes", ""))
    _check_scopes(tokens)
    kept, line.tokens = line.tokens, tokens
    try:
        return Connected(await whoami(line), tokens, line.who.server)
    finally:
        line.tokens = kept


def _tokens(answer: Answer, now: datetime, asked: str, refresh: str | None = None) -> Tokens:
    access, said = answer.field("access_token"), answer.json()
    if not isinstance(access, str) or not access:
        raise Stop(verdicts.unreadable("the answer holds no access", answer.touch))
    seconds = words.count(said.get("expires_in"))
    return Tokens(
        access,
        refresh=str(said.get("refresh_token") or refresh or "") or None,
        expires_at=now + timedelta(seconds=min(seconds, FOREVER)) if seconds else None,
        scopes=tuple(str(said.get("scope") or asked).split()),
    )


def _check_scopes(tokens: Tokens) -> None:
    """Refuse a consent without writing: it would only show when the first post is due."""
    missing = [one for one in WRITING if one not in tokens.scopes and one.partition(":")[0] not in tokens.scopes]
    if missing:
        raise Stop(Rejected(f"the consent leaves out what posting needs: {', '.join(missing)}"))


async def refresh(line: Line, tokens: Tokens, now: datetime) -> Tokens:
    """Renew access where the server's access ends; Mastodon's doesn't, and there what isn't accepted is gone."""
    if tokens.refresh is None:
        raise Stop(Expired("the server no longer accepts the access; connect again", refreshable=False))
    app = _app(line)
    form = {
        "grant_type": "refresh_token",
        "refresh_token": tokens.refresh,
        "client_id": app.client_id,
        "client_secret": app.client_secret,
    }
    answer = await line.call("POST", "/oauth/token", form=form, signed=False)
    return _tokens(answer, now, " ".join(tokens.scopes), refresh=tokens.refresh)


async def revoke(line: Line, tokens: Tokens) -> None:
    """Give the access back: `POST /oauth/revoke`."""
    app = _app(line)
    form = {"client_id": app.client_id, "client_secret": app.client_secret, "token": tokens.access}
    await line.call("POST", "/oauth/revoke", form=form, signed=False)


def _app(line: Line) -> App:
    if line.app is None:
        raise Stop(Rejected("this installation isn't registered at that server yet", "server"))
    return line.app


CONNECTING = Connecting(
    ways=(
        Way(
            name="oauth",
            label="Sign in at your server",
            explains=(
                "Your server asks whether Postroom may publish posts and files in your name, and read your own posts "
                "and their counters. It sees neither your password nor your messages."
            ),
            asks=(Ask("server", "Server", "The part after the last @ of your full name, like mastodon.social"),),
            scopes=(*WRITING, IDENTITY),
            needs_app=True,
            register=register,
            begin=begin,
            finish=finish,
        ),
    ),
    whoami=whoami,
    refresh=refresh,
    refresh_early=600,
    revoke=revoke,
    server_of=server_of,
)
