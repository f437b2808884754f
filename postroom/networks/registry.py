"""Every network Postroom knows. The one place that names them; everybody else asks here."""

from __future__ import annotations

import functools
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from postroom.networks.shape import Network

NAMES: tuple[str, ...] = ("bluesky", "mastodon", "sandbox")
_added: dict[str, Network] = {}


class UnknownNetwork(LookupError):
    """No network of that name; the message lists those there are."""

    def __init__(self, name: str) -> None:
        """Name what was asked for and what is allowed."""
        super().__init__(f"network: found {name!r}; allowed are {', '.join(names())}")


def names() -> tuple[str, ...]:
    """List the names of all networks, in order."""
    return (*NAMES, *_added)


@functools.cache
def _load(name: str) -> Network:
    network: Network = import_module(f"postroom.networks.{name}").NETWORK
    return network


def get(name: str) -> Network:
    """Give the network of that name; raises `UnknownNetwork`."""
    if name in _added:
        return _added[name]
    if name not in NAMES:
        raise UnknownNetwork(name)
    return _load(name)


def every() -> tuple[Network, ...]:
    """Give all networks, in the order of their names."""
    return tuple(get(name) for name in names())


def add(network: Network) -> None:
    """Make one more network known to this process: for benchmarks and tests, which bring a bare one of their own."""
    _added[network.name] = network
