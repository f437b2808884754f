"""`postroom invitation`: bringing people in by a secret that works once, and taking it up on this machine."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from postroom.cli.asking import ask_hidden
from postroom.cli.member import ROLES
from postroom.cli.operator import As, In, brand_named, demand_id, operator, user_named, with_brands
from postroom.cli.output import Json, commands, say, show_json, show_rows, start
from postroom.cli.zones import Zones
from postroom.config.env import environment

app = commands("Invitations into a workspace.")
COLUMNS = {"email": "E-mail", "role": "Role", "brands": "Brands", "expires_at": "Ends", "id": "Id"}
TOLD = ("id", "email", "role", "brand_ids", "expires_at", "created_at")


@app.command()
def create(
    email: str,
    *,
    role: Annotated[str, typer.Option(help=ROLES)] = "editor",
    brand: Annotated[list[str], typer.Option(help="Only this brand (slug or id); may be repeated.")] = [],  # noqa: B006 - typer makes a new list for every call
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """Invite a person for a week. The secret is printed once; hand it over yourself where no e-mail is sent."""
    actor = operator(as_, workspace)
    from postroom.workspaces.inviting import invite

    brand_ids = [brand_named(actor, one).id for one in brand] or None
    made = invite(actor=actor, email=email, role=role, brand_ids=brand_ids, now=datetime.now(UTC))
    if as_json:
        show_json(_told(made.invitation) | {"secret": made.secret})
        return
    say(f"{made.invitation.email} is invited as {made.invitation.role}. The secret, shown only now:")
    print(made.secret)  # noqa: T201 - what was asked for
    say(f"Their link: {environment().public_url}/invitations/{made.secret}/")
    if made.is_sent:
        say("It was sent by e-mail.")
    say(f"It is taken up on this machine with: postroom invitation accept {made.invitation.email}")


@app.command("list")
def list_(*, as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """List the invitations that can still be accepted, newest first."""
    actor = operator(as_, workspace)
    from postroom.workspaces.queries import invitations

    rows = invitations(actor, now=datetime.now(UTC))
    if as_json:
        show_json([_told(row) for row in rows])
    else:
        told = with_brands(actor, rows, COLUMNS)
        show_rows(told, COLUMNS, as_json=False, empty="Nobody is invited.", zone=Zones(actor))


@app.command()
def revoke(
    invitation: Annotated[str, typer.Argument(metavar="INVITATION", help="Its id, or whom it was for.")],
    *,
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """Take an invitation back."""
    actor = operator(as_, workspace)
    from postroom.workspaces.inviting import revoke_invitation
    from postroom.workspaces.queries import invitations

    wanted = invitation.strip().lower()
    there = next((one.id for one in invitations(actor, now=datetime.now(UTC)) if one.email == wanted), None)
    gone = revoke_invitation(
        actor=actor, invitation_id=there or demand_id("invitation", invitation), now=datetime.now(UTC)
    )
    if as_json:
        show_json(_told(gone) | {"revoked_at": gone.revoked_at})
    else:
        say(f"The invitation of {gone.email} is taken back.")


@app.command()
def accept(email: str, *, as_json: Json = False) -> None:
    """Become a member as the user of EMAIL. The secret is asked for, or read from the standard input."""
    start()
    from postroom.workspaces.inviting import accept_invitation
    from postroom.workspaces.queries import workspaces_on_this_machine

    user = user_named(email)
    member = accept_invitation(user_id=user.id, secret=ask_hidden("Secret"), now=datetime.now(UTC))
    slug = next(one.slug for one in workspaces_on_this_machine() if one.id == member.workspace_id)
    if as_json:
        show_json({"user_id": user.id, "email": user.email, "role": member.role, "workspace": slug})
    else:
        say(f"{user.email} is now {member.role} in {slug}.")


def _told(row: object) -> dict[str, object]:
    """What programs may know of one: everything but the hash of its secret."""
    return {name: getattr(row, name) for name in TOLD}
