"""Ways to connect: consent on the account's own server (OAuth), or an app password; who it is; keeping it connected."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from postroom.networks.bluesky import clips, numbers, oauth
from postroom.networks.bluesky.calls import xrpc
from postroom.networks.bluesky.errors import read_error
from postroom.networks.bluesky.identity import APPVIEW, address, home_of, locate, named
from postroom.networks.shape import Ask, Begin, Connected, Connecting, Identity, Return, Tokens, Way
from postroom.networks.verdicts import Expired, Rejected, Stop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postroom.networks.line import Answer, Line

VIDEO_SERVICE = "https://video.bsky.app"
BLUESKYS_OWN = ".bsky.network"
OLDER_SERVERS = {"image.bytes": 1_000_000, "video.bytes": 100_000_000}
"""The lexicons' limits until 2026; seen to be kept by @atproto/pds 0.4.217."""
PROFILE = "app.bsky.actor.profile"
SERVER = "com.atproto.server"

HANDLE = Ask("handle", "Handle", "Like alice.bsky.social; your own domain, if you use one")
PASSWORD = Ask("password", "App password", "From Settings → Privacy and security → App passwords", secret=True)
ITS_SERVER = Ask("server", "Server", "Only for an account on a server of its own", required=False)
DIRECTORY = Ask("directory", "Directory of accounts", "Only for a network of your own", required=False)


async def finish(line: Line, back: Return) -> Connected:
    """Finish OAuth: tokens first, then who it is."""
    return await _connected(line, await oauth.finish(line, back), back.remember["pds"])


async def direct(line: Line, start: Begin) -> Connected:
    """Connect by app password: it goes to the account's own server, found by its handle, or to the one the owner named.

    401 {"error":"AuthenticationRequired","message":"Invalid identifier or password"}, and
    401 {"error":"AuthFactorTokenRequired"} for a main password with a second factor.
    """
    name, server = named(start.fields), address(start.fields.get("server", ""), "server")
    if not server:
        home = await locate(line, start.fields)
        name, server = home.did, home.pds
    body = {"identifier": name, "password": start.fields.get("password", "").strip()}
    url = f"{server}/xrpc/{SERVER}.createSession"
    answer = await line.call("POST", url, json=body, signed=False, accept={401})
    if answer.status == 401 and read_error(answer)[0] == "AuthFactorTokenRequired":
        raise Stop(Rejected("this is the account's main password; make an app password for Postroom", "password"))
    if answer.status == 401 and read_error(answer)[0] == "AuthenticationRequired":
        raise Stop(Rejected("handle and app password don't go together", "password"))
    if answer.status == 401:
        raise Stop(line.judge(answer))
    pds = home_of(answer.json().get("didDoc") or {}) or server
    return await _connected(line, _session(answer), pds)


def _session(answer: Answer) -> Tokens:
    access, refresh = str(answer.field("accessJwt")), str(answer.field("refreshJwt"))
    return Tokens(access, refresh, _ends(access), _ends(refresh), extra={"did": str(answer.field("did"))})


def _ends(token: str) -> datetime | None:
    """Read when a JWT ends, without believing it more than that; None for one that can't be read."""
    try:
        body = token.split(".")[1]
        return datetime.fromtimestamp(json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))["exp"], UTC)
    except (IndexError, KeyError, TypeError, ValueError, OverflowError):
        return None


async def _connected(line: Line, tokens: Tokens, pds: str) -> Connected:
    """Ask as the new connection who it is."""
    kept, line.tokens = line.tokens, tokens
    try:
        return Connected(await _who(line, pds), tokens, pds)
    finally:
        line.tokens = kept


async def whoami(line: Line) -> Identity:
    """Ask whose channel this is; a deactivated or suspended account is `Expired` for good."""
    return await _who(line, line.who.server)


async def _who(line: Line, pds: str) -> Identity:
    answer = await xrpc(line, "GET", f"{SERVER}.getSession", base=pds)
    did, handle, said = str(answer.field("did")), str(answer.field("handle")), answer.json()
    if line.tokens and line.tokens.extra.get("did") != did:
        raise Stop(Rejected("the server speaks of another account than the one connected"))
    if said.get("active") is False:
        raise Stop(Expired(f"the account is {said.get('status') or 'not active'}", refreshable=False))
    learned = await _learn(line, pds)
    profile = await _profile(line, pds, did, learned.get(numbers.KEY))
    avatar = profile.get("avatar")  # an address from an AppView; in the account's own record, a blob
    return Identity(
        did,
        handle,
        display_name=profile.get("displayName") or "",
        bio=profile.get("description") or "",
        avatar_url=avatar if isinstance(avatar, str) else "",
        profile_url=f"https://bsky.app/profile/{handle}",
        followers=profile.get("followersCount"),
        following=profile.get("followsCount"),
        posts=profile.get("postsCount"),
        learned=learned,
    )


async def _learn(line: Line, pds: str) -> dict[str, Any]:
    """Learn what stands around this server, and how large its files may be.

    A server that Bluesky doesn't run may be older than the limits of today; what those took is safe on all. One on
    plain http (a test's, a lab's) stands alone, without the public network's AppView and video service.
    """
    host = urlsplit(pds).hostname or ""
    learned: dict[str, Any] = {} if host.endswith(BLUESKYS_OWN) else dict(OLDER_SERVERS)
    if pds.startswith("https://"):
        return learned | {numbers.KEY: APPVIEW, clips.KEY: VIDEO_SERVICE}
    answer = await line.call("GET", f"{pds}/xrpc/{SERVER}.describeServer", signed=False)
    answer.field("did")
    most = answer.json().get("blobUploadLimit")
    return {name: min(amount, most) for name, amount in learned.items()} if isinstance(most, int) else learned


async def _profile(line: Line, pds: str, did: str, view: str | None) -> Mapping[str, Any]:
    """Ask an AppView for the profile and its counts; where none answers, the account's own record without counts."""
    try:
        answer = await xrpc(
            line, "GET", "app.bsky.actor.getProfile", base=view or pds, query={"actor": did}, signed=not view
        )
        found = answer.json()
    except Stop:
        url, where = f"{pds}/xrpc/com.atproto.repo.getRecord", {"repo": did, "collection": PROFILE, "rkey": "self"}
        answer = await line.call("GET", url, query=where, signed=False, accept={400})
        found = answer.json().get("value")
    return found if isinstance(found, dict) else {}


async def refresh(line: Line, tokens: Tokens, now: datetime) -> Tokens:
    """Renew the tokens. A refresh token that isn't accepted leaves only connecting again."""
    try:
        if "dpop" in tokens.extra:
            return await oauth.refresh(line, tokens, now)
        answer = await _as_refresher(line, tokens, "refreshSession")
        return _session(answer)
    except Stop as stop:
        if isinstance(stop.verdict, Expired):
            raise Stop(Expired(stop.verdict.why, refreshable=False)) from None
        raise


async def revoke(line: Line, tokens: Tokens) -> None:
    """End the connection at the network. An app password itself stays until its owner removes it."""
    if "dpop" in tokens.extra:
        await oauth.revoke(line, tokens)
    else:
        await _as_refresher(line, tokens, "deleteSession")


async def _as_refresher(line: Line, tokens: Tokens, name: str) -> Answer:
    """Call a method that wants the refresh token in place of the access token."""
    headers = {"Authorization": f"Bearer {tokens.refresh}"}
    return await line.call("POST", f"{line.who.server}/xrpc/{SERVER}.{name}", headers=headers, signed=False)


OAUTH = Way(
    "oauth",
    "Sign in with Bluesky",
    "You are sent to your own server, sign in there and allow Postroom to post for you. No password reaches Postroom. "
    "The permission ends after two weeks; then you are asked again.",
    asks=(HANDLE, ITS_SERVER, DIRECTORY),
    scopes=oauth.SCOPES,
    begin=oauth.begin,
    finish=finish,
)
APP_PASSWORD = Way(
    "password",
    "App password",
    "A password made for Postroom alone: it can post for you but not change the account. You can remove it any time.",
    asks=(HANDLE, PASSWORD, ITS_SERVER, DIRECTORY),
    direct=direct,
)
CONNECTING = Connecting(
    ways=(APP_PASSWORD, OAUTH),
    whoami=whoami,
    refresh=refresh,
    refresh_early=600,
    revoke=revoke,
    server_of=lambda fields: address(fields.get("server", ""), "server"),
)
