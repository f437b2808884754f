"""What the tests of Bluesky do again and again: connect by app password, make a draft, send it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

from postroom.networks.bluesky import NETWORK
from postroom.networks.line import Line
from postroom.networks.shape import Begin, Connected, Draft, Format, Receipt
from tests.networks.bluesky.server import Account
from tests.networks.runner import Run


def fields(account: Account, directory: str = "", **more: str) -> dict[str, str]:
    """What the owner fills in."""
    return {"handle": account.handle, "server": account.base, "directory": directory, **more}


def beginning(given: dict[str, str], public: str = "http://127.0.0.1:8000", back: str = "") -> Begin:
    """A connection's beginning."""
    return Begin(given, back or f"{public}/channels/return", public, "state-" + os.urandom(8).hex(), datetime.now(UTC))


async def connect(line: Line, account: Account) -> Connected:
    """Connect by app password."""
    way = NETWORK.way("password")
    assert way is not None
    assert way.direct is not None
    return await way.direct(line, beginning(fields(account, password=account.app_password)))


def draft(text: str = "Hello", kind: Format = Format.TEXT, **rest: Any) -> Draft:
    """A fresh draft, with its key and moment as the engine makes them."""
    now = datetime.now(UTC)
    assert NETWORK.mint_key is not None
    return Draft(NETWORK.mint_key(now, os.urandom(16)), now, kind, text, **rest)


async def send(line: Line, what: Draft) -> Receipt:
    """Run all steps, each with the touch it declares."""
    return await Run(NETWORK, lambda: line, what).to_the_end(tries=1)
