"""`postroom niche`: the content verticals that brands share."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from postroom.cli.operator import As, In, Noun, changed, niche_named, operator
from postroom.cli.output import Json, commands, show_one, show_rows

if TYPE_CHECKING:
    from postroom.workspaces.actors import Actor

app = commands("Niches that brands share.")
LABELS = {"slug": "Slug", "name": "Name", "tier": "Tier", "status": "Status", "id": "Id"}
Name = Annotated[str, typer.Argument(metavar="NICHE", help="Its slug or id.")]


@app.command()
def create(
    name: str,
    *,
    tier: Annotated[int, typer.Option(help="How much it matters: 1 to 9.")] = 1,
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """Make a niche. Put a brand into it with: postroom brand edit BRAND --set niche=SLUG."""
    actor = operator(as_, workspace)
    from postroom.brands.niches import create_niche

    show_one(create_niche(actor=actor, name=name, tier=tier, now=datetime.now(UTC)), LABELS, as_json=as_json)


@app.command("list")
def list_(*, as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """List the niches by name."""
    actor = operator(as_, workspace)
    from postroom.brands.queries import niches

    show_rows(niches(actor), LABELS, as_json=as_json, empty="No niche yet. Make one: postroom niche create NAME")


@app.command()
def show(niche: Name, *, as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """Show a niche."""
    show_one(niche_named(operator(as_, workspace), niche), LABELS, as_json=as_json)


@app.command()
def edit(
    niche: Name,
    *,
    name: Annotated[str | None, typer.Option(help="The slug stays.")] = None,
    tier: Annotated[int | None, typer.Option(help="How much it matters: 1 to 9.")] = None,
    status: Annotated[str | None, typer.Option(help="active or inactive.")] = None,
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """Change a niche."""
    actor = operator(as_, workspace)
    from postroom.brands.niches import edit_niche

    changes = changed(name=name, tier=tier, status=status)
    NICHE.change(actor, edit_niche, niche, as_json=as_json, changes=changes)


def _show(actor: "Actor", niche_id: UUID, *, as_json: bool) -> None:
    show_one(niche_named(actor, str(niche_id)), LABELS, as_json=as_json)


NICHE = Noun("niche_id", lambda actor, wanted: niche_named(actor, wanted).id, _show)
