"""Whose channel it is, and how an account is told apart from those of other servers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from postroom.networks.mastodon import learning, words
from postroom.networks.shape import Identity

if TYPE_CHECKING:
    from postroom.networks.line import Line


async def whoami(line: Line) -> Identity:
    """Ask whose channel this is, and the server for its own limits.

    The network id is the account's id *and* the server's host: ids are counted on each server from one.
    """
    answer = await line.call("GET", "/api/v1/accounts/verify_credentials")
    account, number = answer.json(), str(answer.field("id"))
    said, host = await learning.instance(line), urlsplit(line.who.server).netloc
    # A channel keeps the id it was connected with, wherever its server is called from.
    known, _, home = line.who.network_user_id.rpartition("@")
    return Identity(
        network_user_id=f"{number}@{home if known == number else host}",
        username=f"{answer.field('username')}@{learning.domain(said, host)}",
        display_name=str(account.get("display_name") or ""),
        bio=str((account.get("source") or {}).get("note") or words.plain(str(account.get("note") or ""))),
        avatar_url=str(account.get("avatar") or ""),
        profile_url=str(account.get("url") or ""),
        followers=account.get("followers_count"),
        following=account.get("following_count"),
        posts=account.get("statuses_count"),
        learned=learning.learned(said),
    )


def account_id(line: Line) -> str:
    """Give the account's id on its own server."""
    return line.who.network_user_id.rpartition("@")[0] or line.who.network_user_id
