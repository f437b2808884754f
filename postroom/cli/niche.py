"""`postroom niche`: the content verticals that brands share."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from postroom.cli.operator import As, In, niche_named, operator
from postroom.cli.output import Json, commands, show_one, show_rows

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

    given = {"name": name, "tier": tier, "status": status}
    changes = {field: value for field, value in given.items() if value is not None}
    niche_id = niche_named(actor, niche).id
    show_one(
        edit_niche(actor=actor, niche_id=niche_id, changes=changes, now=datetime.now(UTC)), LABELS, as_json=as_json
    )
