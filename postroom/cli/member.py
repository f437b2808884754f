"""`postroom member`: who is in a workspace, as what, and for which brands."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from postroom.cli.operator import As, In, Noun, brand_named, operator, user_id_named, with_brands
from postroom.cli.output import Json, WronglyCalled, commands, say, show_json, show_one, show_rows
from postroom.cli.zones import Zones

if TYPE_CHECKING:
    from postroom.workspaces.actors import Actor

app = commands("Members: their roles and brands.")
LABELS = {"email": "E-mail", "name": "Name", "role": "Role", "brands": "Brands", "joined_at": "Since", "user_id": "Id"}
Name = Annotated[str, typer.Argument(metavar="MEMBER", help="E-mail address or id of the user.")]
ROLES = "owner, admin, editor, approver or viewer."


@app.command("list")
def list_(*, as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """List the members."""
    show_members(operator(as_, workspace), as_json=as_json)


@app.command()
def role(
    member: Name,
    to: Annotated[str, typer.Argument(metavar="ROLE", help=ROLES)],
    *,
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """Give a member another role."""
    actor = operator(as_, workspace)
    from postroom.workspaces.members import change_role

    MEMBER.change(actor, change_role, member, as_json=as_json, role=to)


@app.command()
def limit(
    member: Name,
    *,
    brand: Annotated[list[str], typer.Option(help="Only this brand (slug or id); may be repeated.")] = [],  # noqa: B006 - typer makes a new list for every call
    everything: Annotated[bool, typer.Option("--all", help="Every brand again.")] = False,
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """Limit a member to some brands, or let them see all again."""
    if bool(brand) is everything:
        raise WronglyCalled("Say which brands: --brand NAME (may be repeated), or --all")
    actor = operator(as_, workspace)
    from postroom.workspaces.members import limit_to_brands

    brand_ids = None if everything else [brand_named(actor, one).id for one in brand]
    MEMBER.change(actor, limit_to_brands, member, as_json=as_json, brand_ids=brand_ids)


@app.command()
def remove(
    member: Name,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask first.")] = False,
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """Take a member out of the workspace; what they made stays. The last owner can't go."""
    actor = operator(as_, workspace)
    from postroom.workspaces.members import remove_member

    user_id = user_id_named(member)
    if not yes:
        typer.confirm(f"Take {member} out of the workspace?", abort=True, err=True)
    remove_member(actor=actor, user_id=user_id, now=datetime.now(UTC))
    if as_json:
        show_json({"user_id": user_id, "removed": True})
    else:
        say(f"{member} is no longer a member.")


def show_members(actor: "Actor", *, as_json: bool) -> None:
    """Print everybody in the actor's workspace; the table names brands by slug, JSON by id."""
    from postroom.workspaces.queries import members

    rows = members(actor)
    show_rows(rows if as_json else with_brands(actor, rows, LABELS), LABELS, as_json=as_json, zone=Zones(actor))


def _show(actor: "Actor", user_id: UUID, *, as_json: bool) -> None:
    from postroom.workspaces.queries import members

    row = next(one for one in members(actor) if one.user_id == user_id)
    told = row if as_json else with_brands(actor, [row], LABELS)[0]
    show_one(told, LABELS, as_json=as_json, zone=Zones(actor))


MEMBER = Noun("user_id", lambda _, wanted: user_id_named(wanted), _show)
