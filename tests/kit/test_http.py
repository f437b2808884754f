"""The guard lets nobody call our own network through an address that other people chose."""

import ipaddress
import socket

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.kit.http import Guard, GuardedResolver, Refused, open_session

PRIVATE = [
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
        "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4", "::1/128", "fc00::/7", "fe80::/10", "ff00::/8", "::/96",
    )
]  # fmt: skip


@st.composite
def inward(draw):
    """An address of one of the networks that are not the public internet."""
    network = draw(st.sampled_from(PRIVATE))
    return network[draw(st.integers(0, network.num_addresses - 1))]


def written(address):
    """The ways an address may be written in a URL."""
    if address.version == 6:
        yield f"[{address}]"
        yield f"[{address.exploded}]"
        return
    number = int(address)
    yield str(address)
    yield f"[::ffff:{address}]"
    yield f"[::ffff:{number >> 16:x}:{number & 0xFFFF:x}]"
    yield f"[64:ff9b::{number >> 16:x}:{number & 0xFFFF:x}]"
    yield f"[2002:{number >> 16:x}:{number & 0xFFFF:x}::1]"
    yield str(number)
    yield f"{number >> 24}.{number & 0xFFFFFF}"


@given(inward(), st.sampled_from(["", ":8443"]))
def test_inward_addresses_are_refused_however_they_are_written(address, port):
    for host in written(address):
        with pytest.raises(Refused):
            Guard().check_url(f"https://{host}{port}/x")


@given(st.ip_addresses())
def test_what_passes_as_a_literal_is_public(address):
    host = f"[{address}]" if address.version == 6 else str(address)
    try:
        Guard().check_url(f"https://{host}/")
    except Refused:
        return
    assert address.is_global
    assert not address.is_multicast


@pytest.mark.parametrize(
    "host", ["8.8.8.8", "[2606:4700::1111]", "[64:ff9b::808:808]", "example.com", "xn--bcher-kva.example"]
)
def test_public_hosts_pass(host):
    Guard().check_url(f"https://{host}/path?query")


@pytest.mark.parametrize(
    "url",
    ["http://example.com/", "ftp://example.com/", "file:///etc/passwd", "https://user:secret@example.com/",
     "//example.com",
     "https:///nowhere", "gopher://127.0.0.1", "https://user@example.com/"],
)  # fmt: skip
def test_only_https_without_a_password_passes(url):
    with pytest.raises(Refused):
        Guard().check_url(url)


def test_the_allow_list_names_hosts_with_or_without_port():
    guard = Guard(["LocalHost", "127.0.0.1:8601", " "])
    guard.check_url("http://localhost:1234/")
    guard.check_url("http://127.0.0.1:8601/")
    for url in ("http://127.0.0.1:8602/", "https://127.0.0.1/", "http://localhost.example/"):
        with pytest.raises(Refused):
            guard.check_url(url)


async def test_a_name_that_points_inwards_is_refused_when_it_is_resolved(monkeypatch):
    resolver = GuardedResolver(Guard())

    async def inwards(host, port=0, family=socket.AF_INET):
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": family, "proto": 0, "flags": 0}]

    monkeypatch.setattr(resolver.inner, "resolve", inwards)
    with pytest.raises(Refused):
        await resolver.resolve("rebinding.example", 443)
    await resolver.close()


@pytest.mark.parametrize("host", ["localhost", "0x7f.1", "127.1", "2130706433", "0177.0.0.1"])
async def test_no_connection_is_made_inwards_by_any_name(host):
    async with open_session(Guard()) as session:
        with pytest.raises((aiohttp.ClientError, OSError)) as caught:
            await session.get(f"https://{host}:1/", timeout=aiohttp.ClientTimeout(total=5))
    error = caught.value
    refused_by_guard = isinstance(getattr(error, "os_error", error), Refused)
    digits = host.replace(".", "").isdigit()
    assert refused_by_guard or digits, "names go through the guarded resolver; bare numbers are caught by check_url"
    if digits:
        with pytest.raises(Refused):
            Guard().check_url(f"https://{host}:1/")
