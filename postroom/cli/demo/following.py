"""Following in the terminal what goes out: a line for each publication whose state changes."""

import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Final
from uuid import UUID

import orjson
from rich.console import Console
from rich.text import Text

from postroom.cli.zones import Zones
from postroom.events.queries import Done, activity
from postroom.publishing.listing import show_publication
from postroom.workspaces.actors import Actor, seeing

SIGNS: Final = {
    "published": ("●", "green"),
    "failed": ("✗", "red"),
    "unknown": ("?", "yellow"),
    "missed": ("–", "yellow"),
    "cancelled": ("–", "dim"),
    "scheduled": ("↻", "cyan"),
}
"""How a state looks; those not named here (claimed, sending) pass too quickly to be told."""
OVERLAP: Final = timedelta(seconds=3)
"""A change is seen only once it is committed, a little after its own time."""


def follow(actor: Actor, *, since: datetime, every: float = 0.5) -> None:
    """Print changes until Ctrl-C or the end of standard output."""
    console = Console(file=sys.stdout, highlight=False, soft_wrap=True)
    zones = Zones(actor)
    for change in _changes(actor, since, every):
        shown = orjson.loads(show_publication(actor, publication_id=change.subject_id).body)
        console.print(_line(change, shown, zones(shown)))


def _changes(actor: Actor, since: datetime, every: float) -> Iterator[Done]:
    told: set[UUID] = set()
    while True:
        with seeing(actor):
            found = activity(actor.workspace_id, what="publication.status", since=since - OVERLAP, limit=500)
        for change in reversed(found):
            if change.id not in told and change.to_state in SIGNS and change.from_state != "draft":
                yield change
            told.add(change.id)
        since = max([since, *(change.at for change in found)])
        time.sleep(every)


def _line(change: Done, shown: dict[str, str], zone: tzinfo) -> Text:
    sign, colour = SIGNS[change.to_state]
    at = change.at.astimezone(zone)
    line = Text.assemble(
        (f"{at:%H:%M:%S %Z} ", "dim"), (f"{sign} {change.to_state:<10}", colour), f"{shown['username']:<16} "
    )
    if change.to_state == "published":
        line.append(shown["url"], "underline")
        if due := shown["scheduled_for"]:
            late = (datetime.fromisoformat(shown["published_at"]) - datetime.fromisoformat(due)).total_seconds()
            line.append(f"  {late:+.1f} s", "dim")
    elif change.why:
        line.append(change.why[:160])
    return line
