"""`postroom user`: people who can sign in."""

import secrets
from datetime import UTC, datetime
from typing import Annotated

import typer

from postroom.cli.asking import ask_hidden
from postroom.cli.operator import In, user_named, workspace_named
from postroom.cli.output import Json, WronglyCalled, commands, say, show_json, show_rows, start
from postroom.cli.zones import Zones
from postroom.config.env import environment

app = commands("People who can sign in.")
Generate = Annotated[bool, typer.Option("--generate", help="Make up a password and print it once.")]


@app.command()
def create(
    email: str,
    *,
    name: Annotated[str, typer.Option(help="The person's name.")] = "",
    generate: Generate = False,
    password: Annotated[bool, typer.Option("--password/--no-password", help="Set a password now.")] = True,
    as_json: Json = False,
) -> None:
    """Make a user. The password is asked for, or read from the standard input."""
    start()
    from postroom.workspaces.users import create_user

    secret = _password(generate=generate) if password or generate else None
    user = create_user(email=email, name=name, password=secret, now=datetime.now(UTC))
    _tell(user.id, user.email, secret if generate else None, as_json=as_json)


@app.command("list")
def list_(*, workspace: In = "", as_json: Json = False) -> None:
    """List the members of a workspace."""
    start()
    from postroom.workspaces.actors import Actor
    from postroom.workspaces.queries import members

    found = workspace_named(workspace)
    columns = {"email": "E-mail", "name": "Name", "role": "Role", "user_id": "Id", "joined_at": "Since"}
    actor = Actor.system(found.id)
    show_rows(members(actor), columns, as_json=as_json, zone=Zones(actor))


@app.command()
def password(email: str, *, generate: Generate = False, as_json: Json = False) -> None:
    """Set the password of a user who has none yet, or change it by the old one."""
    start()
    from postroom.workspaces.users import change_password

    user = user_named(email)
    old = ask_hidden("Old password") if user.has_usable_password() else None
    new = _password(generate=generate)
    change_password(user_id=user.id, old=old, new=new, now=datetime.now(UTC))
    _tell(user.id, user.email, new if generate else None, as_json=as_json)


@app.command()
def link(
    email: Annotated[str, typer.Argument(metavar="[EMAIL]", help="Whom to sign in; nobody yet: the first user.")] = "",
    *,
    first: Annotated[bool, typer.Option("--first", hidden=True, help="Say nothing where there are users.")] = False,
    as_json: Json = False,
) -> None:
    """Print a link that works once, for a day: it signs EMAIL in, or lets the first user of all make an account."""
    start()
    from postroom.workspaces.links import VALID_FOR, is_empty, make_set_up_token

    now = datetime.now(UTC)
    if email:
        address = sign_in_address(email, now=now)
        words = f"This link signs {email} in, once, within a day; whoever has it can use it:"
    elif is_empty():
        address = f"{environment().public_url}/set-up/{make_set_up_token(now=now)}/"
        words = "Nobody has an account yet. Make the first one, within a day, at:"
    elif first:
        return
    else:
        raise WronglyCalled("There are users already; say who is to be signed in: postroom user link EMAIL")
    if as_json:
        show_json({"email": email or None, "link": address, "ends_at": now + VALID_FOR})
        return
    say(words)
    print(address, flush=True)  # noqa: T201 - what was asked for


def sign_in_address(email: str, *, now: datetime) -> str:
    """Make a link that signs this user in, once, within a day."""
    from postroom.workspaces.links import make_sign_in_token

    return f"{environment().public_url}/sign-in/{make_sign_in_token(user_id=user_named(email).id, now=now)}/"


def _password(*, generate: bool) -> str:
    if generate:
        return secrets.token_urlsafe(15)
    return ask_hidden("Password", again=True, instead="use --generate")


def _tell(user_id: object, email: str, secret: str | None, *, as_json: bool) -> None:
    if as_json:
        show_json({"id": user_id, "email": email, **({"password": secret} if secret else {})})
        return
    say(f"{email} can sign in." if secret is None else f"{email} can sign in with this password, shown only now:")
    if secret:
        print(secret)  # noqa: T201 - what was asked for
