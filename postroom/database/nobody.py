"""PostgreSQL refuses to run as root: then it runs as `nobody`, who must be able to get at its files."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Account:
    """The Unix account that PostgreSQL runs as."""

    uid: int
    gid: int


def account() -> Account | None:
    """`nobody` when we are root; None when we can run PostgreSQL as ourselves."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)


def give(who: Account | None, *paths: Path) -> None:
    """Make the account the owner of some paths; nothing to do for None."""
    if who:
        for path in paths:
            os.chown(path, who.uid, who.gid)


def check_passage(folder: Path, who: Account) -> None:
    """PermissionError, with a way out in words, unless the account can pass through every folder down to this one."""
    for step in (*reversed(folder.resolve().parents), folder.resolve()):
        facts = step.stat()
        if facts.st_uid == who.uid:
            passes = facts.st_mode & stat.S_IXUSR
        elif facts.st_gid == who.gid:
            passes = facts.st_mode & stat.S_IXGRP
        else:
            passes = facts.st_mode & stat.S_IXOTH
        if not passes:
            raise PermissionError(
                f"PostgreSQL can't run as root, so Postroom runs it as “nobody”, who can't pass through {step} "
                f"(mode {stat.S_IMODE(facts.st_mode):o}). Set POSTROOM_DATA to a folder such as /var/lib/postroom, "
                "or run Postroom as an ordinary user."
            )
