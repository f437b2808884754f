"""`postroom key`: keys for programs that call the API."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from postroom.cli.operator import As, In, brand_named, demand_id, operator
from postroom.cli.output import Json, Problem, WronglyCalled, commands, say, show_json, show_rows
from postroom.cli.zones import Zones

if TYPE_CHECKING:
    from postroom.workspaces.actors import Actor

app = commands("API keys.")


@app.command()
def create(
    name: str,
    *,
    role: Annotated[str, typer.Option(help="owner, admin, editor, approver or viewer; yours by default.")] = "",
    scope: Annotated[list[str], typer.Option(help="Only this, such as posts.read; may be repeated.")] = [],  # noqa: B006 - typer makes a new list for every call
    brand: Annotated[list[str], typer.Option(help="Only this brand (slug or id); may be repeated.")] = [],  # noqa: B006 - as above
    expires: Annotated[
        str, typer.Option(metavar="TIME", help="When it ends: in the workspace's zone, unless it has an offset.")
    ] = "",
    agent: Annotated[bool, typer.Option("--agent", help="Whether an assistant uses it.")] = False,
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """Make a key. It is printed once and can't be shown again."""
    actor = operator(as_, workspace)
    from postroom.workspaces.keys import create_api_key

    made = create_api_key(
        actor=actor,
        name=name,
        role=role or None,
        scopes=scope,
        brand_ids=[brand_named(actor, one).id for one in brand] or None,
        expires_at=_moment(actor, expires),
        is_agent=agent,
        now=datetime.now(UTC),
    )
    if as_json:
        show_json({"id": made.key.id, "name": made.key.name, "role": made.key.role, "key": made.raw})
        return
    say(f"Key “{made.key.name}” ({made.key.role}), shown only now:")
    print(made.raw)  # noqa: T201 - what was asked for


@app.command("list")
def list_(
    *,
    revoked: Annotated[bool, typer.Option("--revoked", help="Those that were revoked as well.")] = False,
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """List the keys."""
    actor = operator(as_, workspace)
    from postroom.workspaces.queries import api_keys

    columns = {
        "name": "Name",
        "prefix": "Begins with",
        "role": "Role",
        "scopes": "Scopes",
        "expires_at": "Ends",
        "last_used_at": "Last used",
        "revoked_at": "Revoked",
        "id": "Id",
    }
    show_rows(api_keys(actor, revoked=revoked), columns, as_json=as_json, zone=Zones(actor))


@app.command()
def revoke(key: str, *, as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """End a key, by its id or by how it begins."""
    actor = operator(as_, workspace)
    from postroom.workspaces.keys import revoke_api_key
    from postroom.workspaces.queries import api_keys

    there = [one for one in api_keys(actor) if key.removeprefix("pr_").startswith(one.prefix)]
    if len(there) > 1:
        raise Problem(f"Several keys begin with {key}; give the id.")
    wanted = there[0].id if there else demand_id("key", key)
    ended = revoke_api_key(actor=actor, key_id=wanted, now=datetime.now(UTC))
    if as_json:
        show_json({"id": ended.id, "name": ended.name, "revoked_at": ended.revoked_at})
    else:
        say(f"Key “{ended.name}” is revoked.")


def _moment(actor: "Actor", text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise WronglyCalled(f"--expires: found {text!r}; allowed is an ISO 8601 date and time") from None
    return found if found.tzinfo else found.replace(tzinfo=Zones(actor).workspace)
