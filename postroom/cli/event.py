"""`postroom event`: what somebody may have to look at."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from postroom.cli.operator import As, In, demand_id, operator
from postroom.cli.output import Json, commands, show_one, show_rows
from postroom.cli.zones import Zones

app = commands("What somebody may have to look at.")
COLUMNS = {
    "created_at": "When",
    "severity": "How much",
    "message": "What",
    "times": "Times",
    "resolved_at": "Resolved",
    "id": "Id",
}


@app.command("list")
def list_(
    *,
    everything: Annotated[bool, typer.Option("--all", help="Resolved ones as well.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """List the events that are open, newest first."""
    actor = operator(as_, workspace)
    from postroom.workspaces.happenings import events_to_look_at

    rows = events_to_look_at(actor, limit=limit, with_resolved=everything)
    show_rows(rows, COLUMNS, as_json=as_json, empty="Nothing has to be looked at.", zone=Zones(actor))


@app.command()
def resolve(event: str, *, as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """Say that an event was looked at."""
    actor = operator(as_, workspace)
    from postroom.workspaces.happenings import resolve_event

    resolved = resolve_event(actor=actor, event_id=demand_id("event", event), now=datetime.now(UTC))
    show_one(resolved, COLUMNS, as_json=as_json, zone=Zones(actor))
