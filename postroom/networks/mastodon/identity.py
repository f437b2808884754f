"""Whose channel it is, and how an account is told apart from those of other servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from postroom.networks import verdicts
from postroom.networks.mastodon import learning, words
from postroom.networks.shape import Identity
from postroom.networks.verdicts import Stop

if TYPE_CHECKING:
    from postroom.networks.line import Line


async def whoami(line: Line) -> Identity:
    """Ask whose channel this is, and the server for its own limits.

    The network id is the account's id *and* the server's host: ids are counted on each server from one.
    """
    answer = await line.call("GET", "/api/v1/accounts/verify_credentials")
    number, name, account = answer.field("id"), _text(answer.field("username")), answer.json()
    if not number or not name:
        raise Stop(verdicts.unreadable("the answer names no account", answer.touch))
    said, host = await learning.instance(line), urlsplit(line.who.server).netloc
    # A channel keeps the id it was connected with, wherever its server is called from.
    known, _, home = line.who.network_user_id.rpartition("@")
    source = account.get("source")
    note = _text(source.get("note")) if isinstance(source, dict) else ""
    return Identity(
        network_user_id=f"{number}@{home if known == str(number) else host}",
        username=f"{name}@{_text(learning.domain(said, host))}",
        display_name=_text(account.get("display_name")),
        bio=note or words.plain(_text(account.get("note"))),
        avatar_url=_text(account.get("avatar")),
        profile_url=_text(account.get("url")),
        followers=words.count(account.get("followers_count")),
        following=words.count(account.get("following_count")),
        posts=words.count(account.get("statuses_count")),
        learned=learning.learned(said),
    )


def _text(value: Any) -> str:
    """Read a text of a server's; whatever it sends, it is a text that a table can hold."""
    return value.replace("\x00", "")[:5000] if isinstance(value, str) else ""


def account_id(line: Line) -> str:
    """Give the account's id on its own server."""
    return line.who.network_user_id.rpartition("@")[0] or line.who.network_user_id
