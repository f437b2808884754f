"""`postroom publication`: one post on one channel, what happened to it, and what can still be done."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import orjson
import typer

from postroom.cli.operator import As, In, Noun, by_id, demand_id, operator
from postroom.cli.output import Json, commands, moment, say, show_json, show_one, show_rows
from postroom.cli.zones import Zones

if TYPE_CHECKING:
    from postroom.workspaces.actors import Actor

app = commands("What became of a post on each channel.")
LABELS = {
    "id": "Publication",
    "post_id": "Post",
    "channel": "Channel",
    "status": "Status",
    "scheduled_for": "Goes out",
    "published_at": "Published",
    "url": "Address",
    "reason": "Why",
    "not_before": "Next look",
}
HELD = {"held_until": "Held until", "held_why": "Held because"}
"""What its channel or its network's app adds while either is held."""
Id = Annotated[str, typer.Argument(metavar="ID")]
WHEN = "now, next-slot, or a time: in the brand's zone, unless it has an offset."
At = Annotated[str, typer.Argument(metavar="TIME", help=WHEN)]
There = Annotated[bool, typer.Option("--there/--not-there", help="Whether you have seen it there.")]
Url = Annotated[str, typer.Option(help="Its address there.")]
Again = Annotated[bool, typer.Option("--send-again", help="It isn't there: send it again.")]


@app.command()
def show(publication: Id, *, as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """Show a publication with every attempt and its history."""
    _show(operator(as_, workspace), demand_id("publication", publication), as_json=as_json)


@app.command()
def retry(publication: Id, *, as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """Send a failed or missed one as soon as possible."""
    actor = operator(as_, workspace)
    from postroom.publishing.settling import retry_publication

    PUBLICATION.change(actor, retry_publication, publication, as_json=as_json)


@app.command()
def cancel(publication: Id, *, as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """Cancel it, until sending begins."""
    actor = operator(as_, workspace)
    from postroom.publishing.scheduling import cancel_publication

    PUBLICATION.change(actor, cancel_publication, publication, as_json=as_json)


@app.command()
def reschedule(
    publication: Id,
    at: At,
    *,
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """Give it another time, until sending begins."""
    actor = operator(as_, workspace)
    from postroom.publishing.scheduling import reschedule_publication
    from postroom.publishing.timing import read_when

    PUBLICATION.change(actor, reschedule_publication, publication, as_json=as_json, when=read_when(at))


@app.command()
def settle(
    publication: Id,
    *,
    there: There,
    url: Url = "",
    again: Again = False,
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """Say of an unknown one whether it is public."""
    actor = operator(as_, workspace)
    from postroom.publishing.settling import settle_publication

    said = {"is_there": there, "url": url, "send_again": again}
    PUBLICATION.change(actor, settle_publication, publication, as_json=as_json, **said)


def _show(actor: "Actor", publication_id: UUID, *, as_json: bool) -> None:
    from postroom.publishing.listing import show_publication

    row = orjson.loads(show_publication(actor, publication_id=publication_id).body)
    if as_json:
        show_json(row)
        return
    times = {name: moment(row[name]) for name in ("scheduled_for", "published_at", "not_before", "held_until")}
    labels = LABELS | HELD if row["held_until"] else LABELS
    zone = Zones(actor)(row)
    named = {"channel": f"{row['network']}:{row['username']}"}
    show_one(row | times | named, labels, as_json=False, zone=lambda _: zone)
    if row["tries"]:
        say("\nAttempts")
        tries = [one | {"began_at": moment(one["began_at"])} for one in row["tries"]]
        columns = {
            "number": "Try", "part": "Part", "step": "Step", "began_at": "Began", "outcome": "Outcome",
            "verdict": "Verdict", "http_status": "HTTP",
        }  # fmt: skip
        show_rows(tries, columns, as_json=False, zone=lambda _: zone)
    say("\nHistory")
    steps = [one | {"at": moment(one["at"])} for one in row["history"]]
    columns = {"at": "When", "from": "From", "to": "To", "actor_name": "Who", "why": "Why"}
    show_rows(steps, columns, as_json=False, zone=lambda _: zone)


PUBLICATION = Noun("publication_id", by_id("publication"), _show)
