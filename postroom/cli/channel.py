"""`postroom channel`: connected accounts, from connecting to letting go."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from postroom.cli.operator import As, In, Noun, Why, brand_named, changed, channel_named, operator, read_pairs
from postroom.cli.output import Json, WronglyCalled, commands, say, show_json, show_one, show_rows, start
from postroom.cli.zones import Zones

if TYPE_CHECKING:
    from postroom.channels.queries import WayRow
    from postroom.workspaces.actors import Actor

app = commands("Channels: connect, look, disconnect.")
LABELS = {
    "network": "Network",
    "username": "Name",
    "display_name": "Shown as",
    "id": "Id",
    "brand_id": "Brand",
    "server": "Server",
    "profile_url": "Address",
    "status": "Status",
    "status_reason": "Why",
    "health": "Health",
    "lifecycle": "Stands at",
    "paused_at": "Paused",
    "paused_why": "Why paused",
    "followers": "Followers",
    "last_posted_at": "Last post",
    "last_synced_at": "Last looked at",
    "last_error": "Last trouble",
    "expires_at": "Key ends",
}
Name = Annotated[str, typer.Argument(metavar="CHANNEL", help="Its name, network:name, or id.")]
Fields = Annotated[
    list[str],
    typer.Option("--field", metavar="NAME=VALUE", help="What the way asks for; secret: NAME=@FILE or NAME=-."),
]
WayName = Annotated[str, typer.Option(help="How to connect; see `postroom channel ways`.")]
Waits = Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until the owner is back from the network's pages.")]


@app.command()
def ways(network: Annotated[str, typer.Argument()] = "", *, as_json: Json = False) -> None:
    """Show how a network can be connected, what it asks for, and why."""
    start()
    from postroom.channels.queries import ways_to_connect

    rows = ways_to_connect(network or None)
    if as_json:
        show_json(rows)
        return
    print("\n".join(line for way in rows for line in _described(way)))  # noqa: T201 - what was asked for


@app.command()
def connect(
    network: str,
    *,
    way: WayName = "",
    brand: Annotated[str, typer.Option(help="For this brand; the only one by default.")] = "",
    fields: Fields = [],  # noqa: B006 - typer makes a new list for every call
    wait: Waits = True,
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """Connect an account. What isn't given is asked for; through the network's own pages, an address is printed."""
    actor = operator(as_, workspace)
    from postroom.cli.connecting import connect_account

    found = connect_account(
        actor, network, way, read_pairs(fields, "--field"), brand_id=brand_named(actor, brand).id, wait=wait
    )
    _tell(actor, found, as_json=as_json)


@app.command()
def reconnect(
    channel: Name,
    *,
    way: WayName = "",
    fields: Fields = [],  # noqa: B006 - typer makes a new list for every call
    wait: Waits = True,
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """Connect the same account again, after its key has ended or was taken back."""
    actor = operator(as_, workspace)
    from postroom.cli.connecting import connect_account

    row = channel_named(actor, channel)
    given = read_pairs(fields, "--field")
    _tell(actor, connect_account(actor, row.network, way, given, channel_id=row.id, wait=wait), as_json=as_json)


@app.command("list")
def list_(
    *,
    brand: Annotated[str, typer.Option(help="Only this brand's.")] = "",
    network: Annotated[str, typer.Option(help="Only of this network.")] = "",
    gone: Annotated[bool, typer.Option("--gone", help="Disconnected ones as well.")] = False,
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """List the channels."""
    actor = operator(as_, workspace)
    from postroom.channels.queries import channels

    rows = channels(
        actor,
        brand_id=brand_named(actor, brand).id if brand else None,
        network=network or None,
        gone=gone,
        limit=10_000,
    )
    columns = {
        "network": "Network",
        "username": "Name",
        "status": "Status",
        "health": "Health",
        "lifecycle": "Stands at",
        "followers": "Followers",
        "paused_at": "Paused",
        "id": "Id",
    }
    hint = "No channel yet. Connect one: postroom channel connect NETWORK"
    show_rows(rows, columns, as_json=as_json, empty=hint, zone=Zones(actor))


@app.command()
def show(channel: Name, *, as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """Show a channel."""
    actor = operator(as_, workspace)
    show_one(channel_named(actor, channel, gone=True), LABELS, as_json=as_json, zone=Zones(actor))


@app.command()
def check(channel: Name, *, as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """Ask the network whether the key still opens it; learn its limits and counts."""
    actor = operator(as_, workspace)
    from postroom.channels.checking import check_channel

    CHANNEL.change(actor, check_channel, channel, as_json=as_json)


@app.command()
def edit(
    channel: Name,
    *,
    city: Annotated[str | None, typer.Option()] = None,
    campus: Annotated[str | None, typer.Option()] = None,
    niche: Annotated[str | None, typer.Option()] = None,
    tag: Annotated[list[str] | None, typer.Option(help="All its tags; may be repeated.")] = None,
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """Change what is noted on a channel."""
    actor = operator(as_, workspace)
    from postroom.channels.editing import edit_channel

    changes = changed(city=city, campus=campus, niche_label=niche, tags=tag)
    CHANNEL.change(actor, edit_channel, channel, as_json=as_json, changes=changes)


@app.command()
def pause(channel: Name, *, why: Why = "", as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """Hold a channel until it is resumed."""
    actor = operator(as_, workspace)
    from postroom.channels.pausing import pause_channel

    CHANNEL.change(actor, pause_channel, channel, as_json=as_json, why=why)


@app.command()
def resume(channel: Name, *, why: Why = "", as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """Let a paused channel go on."""
    actor = operator(as_, workspace)
    from postroom.channels.pausing import resume_channel

    CHANNEL.change(actor, resume_channel, channel, as_json=as_json, why=why)


@app.command()
def move(
    channel: Name,
    to: Annotated[str, typer.Argument(help="Such as ready, active, resting, archived.")],
    *,
    why: Why = "",
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """Move a channel along its way of life."""
    actor = operator(as_, workspace)
    from postroom.channels.living import change_lifecycle

    CHANNEL.change(actor, change_lifecycle, channel, as_json=as_json, to=to, why=why)


@app.command()
def disconnect(
    channel: Name,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask first.")] = False,
    why: Why = "",
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """Let an account go: its key is given back to the network and destroyed here."""
    actor = operator(as_, workspace)
    from postroom.channels.disconnecting import disconnect_channel
    from postroom.publishing.waiting import waiting_on_channel

    row = channel_named(actor, channel)
    waiting = waiting_on_channel(actor, row.id)
    held = f"{waiting} publications wait on it and stay so until it is connected again" if waiting else ""
    if not yes:
        typer.confirm(f"Disconnect {row.username} on {row.network}?{f' {held}.' if held else ''}", abort=True, err=True)
    gone = disconnect_channel(actor=actor, channel_id=row.id, why=why, now=datetime.now(UTC))
    if as_json:
        told = {"revoked_there": gone.revoked_there, "note": gone.note, "waiting_publications": waiting}
        show_json({"id": row.id, **told})
        return
    say(f"{row.username} is disconnected. {gone.note}".strip())
    if held:
        say(f"{held}.")


@app.command()
def history(channel: Name, *, as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """Show the steps of a channel's life, newest first."""
    actor = operator(as_, workspace)
    from postroom.channels.queries import transitions

    columns = {"at": "When", "from_state": "From", "to_state": "To", "actor_name": "Who", "reason": "Why"}
    row, zones = channel_named(actor, channel, gone=True), Zones(actor)
    show_rows(transitions(actor, row.id), columns, as_json=as_json, zone=lambda _: zones(row))


@app.command("app")
def set_app(
    network: str,
    *,
    client_id: Annotated[str, typer.Option(help="As the network's developer pages show it.")],
    server: Annotated[str, typer.Option(help="Only for this server; the whole network by default.")] = "",
    as_: As = "",
    workspace: In = "",
) -> None:
    """Enter Postroom's registration at a network; its secret is asked for, or read from the standard input."""
    import sys

    actor = operator(as_, workspace)
    from postroom.channels.registering import set_network_app

    is_terminal = sys.stdin.isatty()
    secret = typer.prompt("Client secret", hide_input=True, err=True) if is_terminal else sys.stdin.readline().strip()
    if not secret:
        raise WronglyCalled("The client secret is missing; give it on the standard input.")
    set_network_app(
        actor=actor,
        network=network,
        client_id=client_id,
        client_secret=secret,
        server=server,
        now=datetime.now(UTC),
    )
    say(f"The registration at {network} is stored.")


def _tell(actor: "Actor", channel_id: UUID | None, *, as_json: bool) -> None:
    from postroom.channels.queries import one_channel

    if channel_id is not None:
        show_one(one_channel(actor, channel_id), LABELS, as_json=as_json, zone=Zones(actor))


CHANNEL = Noun("channel_id", lambda actor, wanted: channel_named(actor, wanted).id, _tell)


def _described(way: "WayRow") -> Iterator[str]:
    yield f"{way.network} --way {way.name}: {way.label}"
    yield f"  {way.explains}"
    for one in way.asks:
        marks = ", ".join(word for word, is_so in (("secret", one.secret), ("optional", not one.required)) if is_so)
        yield f"    {one.name}: {one.label}{f' ({marks})' if marks else ''}{f'. {one.help}' if one.help else ''}"
