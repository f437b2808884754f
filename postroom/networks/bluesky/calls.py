"""How a call is signed here: a bearer token after an app password, a DPoP proof with the server's nonce after OAuth.

A server's nonce is kept in the line's memory, one per origin, for the channel's next call. A refusal that only asks for
a fresh nonce is answered by the one repeat that the protocol prescribes; nothing was done before it, so it's no retry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yarl import URL

from postroom.networks.bluesky import dpop
from postroom.networks.verdicts import Stop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence

    from postroom.networks.line import Answer, Line

NONCE_WANTED = frozenset({400, 401})
"""A token endpoint asks for a nonce with 400, a PDS with 401."""


async def xrpc(
    line: Line,
    method: str,
    name: str,
    *,
    base: str = "",
    query: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
    json: Any = None,
    body: Callable[[], AsyncIterator[bytes]] | None = None,
    headers: Mapping[str, str] | None = None,
    accept: Collection[int] = (),
    signed: bool = True,
    timeout: float | None = None,  # noqa: ASYNC109 - handed to the line
) -> Answer:
    """Call a method of the account's PDS (or of `base`) as the account. `body` opens the content, anew for a repeat."""
    url = f"{base or line.who.server}/xrpc/{name}"
    access, key = (line.tokens.access, line.tokens.extra.get("dpop")) if signed and line.tokens else ("", None)

    async def send(proof: Mapping[str, str]) -> Answer:
        return await line.call(
            method,
            url,
            query=query,
            json=json,
            body=body() if body else None,
            headers={**(headers or {}), **proof},
            signed=False,
            accept={*accept, *NONCE_WANTED} if key else accept,
            timeout=timeout,
        )

    if key is None:
        return await send({"Authorization": f"Bearer {access}"} if access else {})
    return await _proven(line, method, url, send, key=key, access=access, accept=accept)


async def token_call(line: Line, url: str, form: Mapping[str, str], *, key: str) -> Answer:
    """Post a form to an authorization server's endpoint with a proof by `key` (a JWK in JSON)."""

    async def send(proof: Mapping[str, str]) -> Answer:
        return await line.call("POST", url, form=form, headers=proof, signed=False, accept=NONCE_WANTED)

    return await _proven(line, "POST", url, send, key=key)


async def _proven(
    line: Line,
    method: str,
    url: str,
    send: Callable[[Mapping[str, str]], Any],
    *,
    key: str,
    access: str = "",
    accept: Collection[int] = (),
) -> Answer:
    """Send with a proof; once more when the server wants its (new) nonce in it."""
    kept = f"nonce {URL(url).origin()}"
    for _ in range(2):
        proof = {"DPoP": dpop.prove(key, method, url, at=line.now(), nonce=line.memory.get(kept), access=access)}
        if access:
            proof["Authorization"] = f"DPoP {access}"
        answer: Answer = await send(proof)
        fresh = answer.headers.get("DPoP-Nonce")
        if fresh:
            line.memory[kept] = fresh
        if not (fresh and _wants_nonce(answer)):
            break
    if answer.status in NONCE_WANTED and answer.status not in accept:
        raise Stop(line.judge(answer))
    return answer


def _wants_nonce(answer: Answer) -> bool:
    """Read {"error": "use_dpop_nonce"}, or the same in WWW-Authenticate."""
    said = answer.headers.get("WWW-Authenticate", "")
    return answer.status in NONCE_WANTED and (b"use_dpop_nonce" in answer.body[:2000] or "use_dpop_nonce" in said)
