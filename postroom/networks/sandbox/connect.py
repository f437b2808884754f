"""Connecting: the sandbox's consent screen (authorization code with PKCE), or an account's name alone."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from postroom.networks.line import Answer, Line
from postroom.networks.sandbox import words
from postroom.networks.shape import Ask, Begin, Connected, Identity, Return, SendTo, Tokens, Way
from postroom.networks.verdicts import Expired, Rejected, Stop

CLIENT = "Postroom"
SCOPES = ("read", "publish", "numbers")
SERVER = "http://127.0.0.1:8601"
KINDS = "microblog, photo, video or page"


def server_of(fields: Mapping[str, str]) -> str:
    """Give the sandbox's address from what was typed."""
    return (fields.get("server") or SERVER).strip().rstrip("/")


async def begin(line: Line, begin: Begin) -> SendTo:
    """Send the owner to the consent screen; the PKCE verifier (RFC 7636) stays with us."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code", "client_id": CLIENT, "redirect_uri": begin.redirect_uri, "scope": " ".join(SCOPES),
        "state": begin.state, "code_challenge": challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    server = line.who.server or server_of(begin.fields)
    return SendTo(f"{server}/oauth/authorize?{urlencode(query)}", {"verifier": verifier, "server": server})


async def finish(line: Line, back: Return) -> Connected:
    """Trade the code for tokens."""
    if "code" not in back.params:
        raise Stop(Rejected(back.params.get("error_description") or "the sandbox sent no code back"))
    form = {
        "grant_type": "authorization_code", "code": back.params["code"], "client_id": CLIENT,
        "redirect_uri": back.redirect_uri, "code_verifier": back.remember["verifier"],
    }  # fmt: skip
    server = back.remember["server"]
    answer = await line.call("POST", f"{server}/oauth/token", form=form, signed=False)
    return await _connected(line, answer, server)


async def enter(line: Line, begin: Begin) -> Connected:
    """Connect an account by its name; one that isn't there yet is made."""
    server = line.who.server or server_of(begin.fields)
    asked = {"name": begin.fields.get("name", ""), "kind": begin.fields.get("kind") or "microblog"}
    answer = await line.call("POST", f"{server}/direct", json=asked, signed=False)
    return await _connected(line, answer, server)


async def _connected(line: Line, answer: Answer, server: str) -> Connected:
    tokens = _tokens(answer, line.now())
    me = await line.call("GET", f"{server}/api/me", headers={"Authorization": f"Bearer {tokens.access}"}, signed=False)
    return Connected(_identity(me), tokens, server)


def _tokens(answer: Answer, now: datetime) -> Tokens:
    return Tokens(
        access=answer.field("access_token"),
        refresh=answer.field("refresh_token"),
        expires_at=now + timedelta(seconds=float(answer.field("expires_in"))),
        scopes=tuple(str(answer.field("scope")).split()),
    )


def _identity(me: Answer) -> Identity:
    for name in ("id", "name", "limits", "formats"):
        me.field(name)
    return words.identity_of(me.json())


async def whoami(line: Line) -> Identity:
    """Ask whose token it is, and what this kind of account may do."""
    return _identity(await line.call("GET", "/api/me"))


async def refresh(line: Line, tokens: Tokens, now: datetime) -> Tokens:
    """Trade the refresh token for new ones. The old one is spent: a second use revokes the connection."""
    if not tokens.refresh:
        raise Stop(Expired("there is no refresh token", refreshable=False))
    form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh, "client_id": CLIENT}
    return _tokens(await line.call("POST", "/oauth/token", form=form, signed=False), now)


async def revoke(line: Line, tokens: Tokens) -> None:
    """End the connection at the sandbox."""
    await line.call("POST", "/oauth/revoke", form={"token": tokens.refresh or tokens.access}, signed=False)


ASK_SERVER = Ask("server", "Address of the sandbox", required=False, default=SERVER)
OAUTH = Way(
    name="oauth", label="With the sandbox’s own screen", scopes=SCOPES, asks=(ASK_SERVER,),
    explains="You are sent to the sandbox, choose or make an account there, and allow publishing and reading.",
    begin=begin, finish=finish,
)  # fmt: skip
DIRECT = Way(
    name="direct", label="By name", scopes=SCOPES, direct=enter,
    explains="Sandbox only: the name of an account is enough; one that isn’t there yet is made.",
    asks=(
        Ask("name", "Name of the account", help="1 to 30 letters a-z, digits, dots, dashes"),
        Ask("kind", "Kind of account", help=KINDS, required=False, default="microblog"),
        ASK_SERVER,
    ),
)  # fmt: skip
