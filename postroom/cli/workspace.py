"""`postroom workspace`: make one, look, hold and release it, and who is in it."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from postroom.cli.member import ROLES, show_members
from postroom.cli.operator import As, In, Why, changed, operator, user_named
from postroom.cli.output import Json, commands, say, show_json, show_one, show_rows, start
from postroom.cli.zones import Zones

app = commands("Workspaces and their members.")
LABELS = {
    "name": "Name",
    "slug": "Slug",
    "id": "Id",
    "time_zone": "Time zone",
    "settings": "Settings",
    "paused_at": "Paused",
    "paused_why": "Why",
}


@app.command()
def create(
    name: str,
    *,
    owner: Annotated[str, typer.Option(metavar="EMAIL", help="Its first owner, a user who is there.")] = "",
    slug: Annotated[str, typer.Option(help="Its name in commands; made of NAME by default.")] = "",
    time_zone: Annotated[str, typer.Option(help="Such as Europe/Berlin.")] = "UTC",
    as_json: Json = False,
) -> None:
    """Found a workspace."""
    start()
    from postroom.workspaces.founding import create_workspace

    made = create_workspace(
        name=name,
        user_id=user_named(owner).id if owner else None,
        slug=slug or None,
        time_zone=time_zone,
        now=datetime.now(UTC),
    )
    show_one(made, LABELS, as_json=as_json)
    if not owner:
        say("It has no owner yet; the command line acts in it by itself.")


@app.command("list")
def list_(*, as_json: Json = False) -> None:
    """List every workspace of this installation."""
    start()
    from postroom.workspaces.queries import workspaces_on_this_machine

    columns = {"slug": "Slug", "name": "Name", "id": "Id"}
    hint = "There is no workspace yet. Make one: postroom workspace create NAME"
    show_rows(workspaces_on_this_machine(), columns, as_json=as_json, empty=hint)


@app.command()
def show(*, as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """Show a workspace."""
    actor = operator(as_, workspace)
    from postroom.workspaces.queries import one_workspace

    show_one(one_workspace(actor), LABELS, as_json=as_json, zone=Zones(actor))


@app.command()
def edit(
    *,
    name: Annotated[str | None, typer.Option()] = None,
    slug: Annotated[str | None, typer.Option()] = None,
    time_zone: Annotated[str | None, typer.Option()] = None,
    missed_after: Annotated[
        int | None, typer.Option(metavar="HOURS", help="Later than that, a post isn't sent but shown as missed.")
    ] = None,
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """Change name, slug, time zone or settings."""
    actor = operator(as_, workspace)
    from postroom.workspaces.founding import edit_workspace

    settings = {} if missed_after is None else {"missed_after_hours": missed_after}
    given = changed(name=name, slug=slug, time_zone=time_zone)
    edited = edit_workspace(actor=actor, now=datetime.now(UTC), settings=settings, **given)
    show_one(edited, LABELS, as_json=as_json, zone=Zones(actor))


@app.command()
def pause(*, why: Why = "", as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """Hold everything in a workspace: nothing is sent until it is resumed."""
    actor = operator(as_, workspace)
    from postroom.workspaces.founding import pause_workspace

    held = pause_workspace(actor=actor, why=why, now=datetime.now(UTC))
    show_one(held, LABELS, as_json=as_json, zone=Zones(actor))


@app.command()
def resume(*, why: Why = "", as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """Let a paused workspace go on."""
    actor = operator(as_, workspace)
    from postroom.workspaces.founding import resume_workspace

    show_one(resume_workspace(actor=actor, why=why, now=datetime.now(UTC)), LABELS, as_json=as_json)


@app.command()
def members(*, as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """List the members."""
    show_members(operator(as_, workspace), as_json=as_json)


@app.command()
def add(
    email: str,
    *,
    role: Annotated[str, typer.Option(help=ROLES)] = "editor",
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """Make a user a member."""
    actor = operator(as_, workspace)
    from postroom.workspaces.members import add_member

    user = user_named(email)
    member = add_member(actor=actor, user_id=user.id, role=role, now=datetime.now(UTC))
    if as_json:
        show_json({"user_id": member.user_id, "email": user.email, "role": member.role})
    else:
        say(f"{user.email} is now {member.role}.")
