"""HTTP to addresses that other people chose: private addresses are refused, after the name was resolved.

The guard sits in the resolver and in `check_host`, so that neither a name that points inwards nor a literal address
gets through. What may be reached all the same (a server on this machine, for tests or the sandbox) is named in an
allow-list of "host" or "host:port" entries.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

if TYPE_CHECKING:
    from collections.abc import Iterable

DEFAULT_PORTS = {"http": 80, "https": 443}
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv4 addresses as networks without IPv4 see them (RFC 6052)."""


class Refused(OSError):
    """The address is not one we may call."""


class Guard:
    """Says which hosts may be called. `allowed`: "host" or "host:port" entries that may be private or plain http."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        """Keep the allow-list, in lower case."""
        self.allowed = frozenset(entry.strip().lower() for entry in allowed if entry.strip())
        self.passed: dict[str, URL] = {}
        """Addresses that `check_url` let through, for those who call them again and again."""

    def allows(self, host: str, port: int) -> bool:
        """Tell whether the allow-list names this host, with or without its port."""
        host = host.lower()
        return host in self.allowed or f"{host}:{port}" in self.allowed

    def check_address(self, address: str, host: str, port: int) -> None:
        """Raise `Refused` for an address inside our own networks that isn't allowed by name."""
        if self.allows(host, port) or self.allows(address, port):
            return
        if not _is_public(ipaddress.ip_address(address.split("%", maxsplit=1)[0])):
            msg = f"{host} points to {address}, an address that is not public"
            raise Refused(msg)

    def check_url(self, url: str) -> None:
        """Raise `Refused` for a URL that is not http(s), carries a password, is plain http, or is a private literal.

        ValueError for what is no URL at all.
        """
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
        if parts.scheme not in DEFAULT_PORTS or not host:
            msg = f"only http and https addresses can be called, not {parts.scheme or 'an address without a scheme'}"
            raise Refused(msg)
        if parts.username or parts.password:
            msg = "an address with a user name or password in it is not called"
            raise Refused(msg)
        if parts.scheme == "http" and not self.allows(host, port):
            msg = f"{host} must be called by https"
            raise Refused(msg)
        self._check_literal(host, port)

    def _check_literal(self, host: str, port: int) -> None:
        """Check a host that is an address itself; a name is checked once it was resolved."""
        try:
            ipaddress.ip_address(host)
        except ValueError:
            # aiohttp takes 2130706433 and 127.1 for addresses and asks no resolver; the system then calls 127.0.0.1.
            if (":" in host or host.replace(".", "").isdigit()) and not self.allows(host, port):
                msg = f"{host} is not an address in its usual form"
                raise Refused(msg) from None
            return
        self.check_address(host, host, port)


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address, and the IPv4 address that may be wrapped in it, is one of the public internet."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


class GuardedResolver(AbstractResolver):
    """A resolver that hands out public addresses only."""

    def __init__(self, guard: Guard) -> None:
        """Resolve by the system's own resolver, in threads."""
        self.guard = guard
        self.inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Resolve, and refuse what points inwards."""
        found = await self.inner.resolve(host, port, family)
        for result in found:
            self.guard.check_address(result["host"], host, port)
        return found

    async def close(self) -> None:
        """Close the inner resolver."""
        await self.inner.close()


def open_session(
    guard: Guard, *, at_once: int = 1000, per_host: int = 0, total_seconds: float = 60
) -> aiohttp.ClientSession:
    """Open a guarded session: no cookies, no redirects by itself, no silent repeats; times in seconds."""
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            resolver=GuardedResolver(guard),
            limit=at_once,
            limit_per_host=per_host,
            ttl_dns_cache=60,
            keepalive_timeout=30,
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=total_seconds, connect=10, sock_connect=10),
        headers={"User-Agent": "Postroom"},
        auto_decompress=True,
        trust_env=False,
    )
    # aiohttp repeats PUT and DELETE by itself when a kept-alive connection dies; repeating is the engine's call.
    session._retry_connection = False  # noqa: SLF001
    return session
