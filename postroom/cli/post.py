"""`postroom post`: write, look, check, schedule, cancel, settle."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import orjson
import typer

from postroom.cli.operator import As, In, Noun, as_id, brand_named, by_id, channel_named, demand_id, operator
from postroom.cli.output import Json, Problem, WronglyCalled, commands, moment, say, show_json, show_one, show_rows
from postroom.cli.publication import WHEN, Again, At, Id, There, Url
from postroom.cli.zones import Zones

if TYPE_CHECKING:
    from postroom.posts.content import MediaOf
    from postroom.publishing.planning import Variant
    from postroom.workspaces.actors import Actor

app = commands("Posts: write, schedule, look, settle.")
LABELS = {"id": "Post", "status": "Status", "type": "Type", "text": "Text", "scheduled_at": "Goes out"}
ROWS = {"status": "Status", "channel": "Channel", "scheduled_for": "Goes out", "url": "Address", "reason": "Why"}
MISFITS = {"blocks": "Blocks", "channel": "Channel", "where": "Where", "message": "What"}


@app.command()
def create(
    *,
    text: Annotated[str, typer.Option(help="What it says.")] = "",
    file: Annotated[str, typer.Option(metavar="FILE", help="Read the text from this file; - = standard input.")] = "",
    brand: Annotated[str, typer.Option(help="The only one by default.")] = "",
    channel: Annotated[
        list[str], typer.Option(help="Where it goes out (name, network:name or id); may be repeated.")
    ] = [],  # noqa: B006 - typer makes a new list for every call
    media: Annotated[
        list[str], typer.Option(metavar="FILE|ID", help="A file to upload, or one of the library; may be repeated.")
    ] = [],  # noqa: B006 - as above
    alt: Annotated[list[str], typer.Option(help="Alt texts in the order of --media; may be repeated.")] = [],  # noqa: B006 - as above
    thread: Annotated[list[str], typer.Option(help="A further part; may be repeated.")] = [],  # noqa: B006 - as above
    first_comment: Annotated[str, typer.Option(help="A comment to go below it.")] = "",
    option: Annotated[
        list[str], typer.Option(metavar="CHANNEL:NAME=VALUE", help="An option of the channel's network.")
    ] = [],  # noqa: B006 - as above
    at: Annotated[str, typer.Option(metavar="TIME", help=WHEN)] = "",
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """Write a post, put it on channels, and with --at schedule it: all or nothing."""
    actor = operator(as_, workspace)
    from postroom.posts.content import ItemOf, Writing
    from postroom.publishing.planning import compose_post
    from postroom.publishing.timing import read_when

    when = read_when(at) if at else None
    found = brand_named(actor, brand)
    items = [ItemOf(part) for part in thread]
    if first_comment:
        items.append(ItemOf(first_comment, kind="first_comment"))
    variants = _variants(actor, channel, option)
    writing = Writing(text=_text(text, file), items=tuple(items), media=_media(actor, media, alt, found.id))
    plan = compose_post(
        actor=actor, brand_id=found.id, writing=writing, variants=variants, when=when, now=datetime.now(UTC)
    )
    _show(actor, plan.post.id, as_json=as_json)
    if not as_json:
        _tell_misfits(actor, [one.told() for one in plan.misfits])


@app.command("list")
def list_(
    *,
    brand: Annotated[str, typer.Option(help="Only this brand's.")] = "",
    status: Annotated[str, typer.Option(help="Such as draft, scheduled, published, failed.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=500)] = 30,
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """List posts, newest first."""
    actor = operator(as_, workspace)
    from postroom.publishing.listing import list_posts

    brand_id = brand_named(actor, brand).id if brand else None
    rows = orjson.loads(list_posts(actor, brand_id=brand_id, status=status or None, limit=limit).items)
    if as_json:
        show_json(rows)
        return
    for row in rows:
        row["on"] = len(row["publications"])
        row["text"] = " ".join(row["text"].split())[:60]
        row["scheduled_at"] = moment(row["scheduled_at"])
    columns = {"status": "Status", "scheduled_at": "Goes out", "on": "Channels", "text": "Text", "id": "Id"}
    show_rows(
        rows, columns, as_json=False, empty="No posts yet. Write one: postroom post create --text …", zone=Zones(actor)
    )


@app.command()
def show(post: Id, *, as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """Show a post and what became of it on each channel."""
    _show(operator(as_, workspace), demand_id("post", post), as_json=as_json)


@app.command()
def check(post: Id, *, as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """Say what fits where and what doesn't. The exit code is 1 if something blocks."""
    actor = operator(as_, workspace)
    from postroom.publishing.planning import check_post

    plan = check_post(actor=actor, post_id=demand_id("post", post), now=datetime.now(UTC))
    told = [one.told() for one in plan.misfits]
    if as_json:
        show_json({"problems": told})
    elif told:
        _tell_misfits(actor, told)
    else:
        say("It fits everywhere.")
    if any(one["blocks"] for one in told):
        raise typer.Exit(1)


@app.command()
def schedule(
    post: Id,
    at: At,
    *,
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """Schedule what has not gone out yet."""
    actor = operator(as_, workspace)
    from postroom.publishing.scheduling import schedule_post
    from postroom.publishing.timing import read_when

    POST.change(actor, schedule_post, post, as_json=as_json, when=read_when(at))


@app.command()
def unschedule(post: Id, *, as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """Take a scheduled post back to a draft."""
    actor = operator(as_, workspace)
    from postroom.publishing.scheduling import unschedule_post

    POST.change(actor, unschedule_post, post, as_json=as_json)


@app.command()
def cancel(post: Id, *, as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """Cancel all of a post that has not gone out."""
    actor = operator(as_, workspace)
    from postroom.publishing.scheduling import cancel_post

    POST.change(actor, cancel_post, post, as_json=as_json)


@app.command()
def settle(
    post: Id,
    *,
    there: There,
    url: Url = "",
    again: Again = False,
    channel: Annotated[str, typer.Option(help="On which channel, where several are unknown.")] = "",
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """Say of a post whose outcome is unknown whether it is public."""
    actor = operator(as_, workspace)
    from postroom.publishing.settling import settle_publication

    post_id = demand_id("post", post)
    unknown, now = _unknown(actor, post_id, channel), datetime.now(UTC)
    settle_publication(actor=actor, publication_id=unknown, is_there=there, url=url, send_again=again, now=now)
    _show(actor, post_id, as_json=as_json)


def _unknown(actor: "Actor", post_id: UUID, channel: str) -> UUID:
    """The publication whose outcome nobody knows: the only one, or the one on that channel."""
    from postroom.publishing.listing import show_post

    rows = orjson.loads(show_post(actor, post_id=post_id).body)["publications"]
    unknown = [row for row in rows if row["status"] == "unknown"]
    if channel:
        wanted = str(channel_named(actor, channel).id)
        unknown = [row for row in unknown if row["channel_id"] == wanted]
    if not unknown:
        raise Problem("Nothing of this post is unknown.")
    if len(unknown) > 1:
        raise WronglyCalled("It is unknown on several channels; say which: --channel NAME")
    return UUID(unknown[0]["id"])


def _text(text: str, file: str) -> str:
    if not file:
        return text
    if text:
        raise WronglyCalled("Give --text or --file, not both.")
    if file == "-":
        return sys.stdin.read().rstrip("\n")
    try:
        return Path(file).read_text(encoding="utf-8").rstrip("\n")
    except (OSError, UnicodeDecodeError) as problem:
        raise Problem(f"{file} can't be read as text ({problem}).") from None


def _media(actor: "Actor", media: list[str], alts: list[str], brand_id: UUID) -> "tuple[MediaOf, ...]":
    from postroom.cli.asset import upload_file
    from postroom.posts.content import MediaOf

    if len(alts) > len(media):
        raise WronglyCalled(f"--alt is given {len(alts)} times, --media {len(media)} times.")
    padded = alts + [""] * (len(media) - len(alts))
    return tuple(
        MediaOf(as_id(one) or upload_file(actor, Path(one), brand_id=brand_id), alt_text=alt)
        for one, alt in zip(media, padded, strict=True)
    )


def _variants(actor: "Actor", channels: list[str], options: list[str]) -> "list[Variant]":
    from postroom.publishing.planning import Variant

    rows = [channel_named(actor, one) for one in channels]
    chosen: dict[UUID, dict[str, Any]] = {row.id: {} for row in rows}
    for word in options:
        where, sign, value = word.partition("=")
        name, _, option = where.rpartition(":")
        if not sign or not name:
            raise WronglyCalled(f"--option: found {word!r}; allowed is CHANNEL:NAME=VALUE")
        row = channel_named(actor, name)
        if row.id not in chosen:
            raise WronglyCalled(f"--option: {name} is not among the channels of this post")
        chosen[row.id][option] = _option(row.network, option, value)
    return [Variant(row.id, options=chosen[row.id]) for row in rows]


def _option(network: str, name: str, value: str) -> object:
    """Read an option's value as its network declares it."""
    from postroom.networks import registry

    declared = next((one for one in registry.get(network).options if one.name == name), None)
    if declared is None:
        names = ", ".join(one.name for one in registry.get(network).options) or "none"
        raise WronglyCalled(f"--option: {network} has no option {name!r}; those it has: {names}")
    if declared.kind == "bool":
        return value.lower() in {"yes", "true", "1", "on"}
    if declared.kind == "number":
        try:
            return float(value) if "." in value else int(value)
        except ValueError:
            raise WronglyCalled(f"--option: {name} wants a number, found {value!r}") from None
    return value


def _show(actor: "Actor", post_id: UUID, *, as_json: bool) -> None:
    from postroom.channels.queries import channels
    from postroom.publishing.listing import show_post

    post = orjson.loads(show_post(actor, post_id=post_id).body)
    if as_json:
        show_json(post)
        return
    names = {str(row.id): f"{row.network}:{row.username}" for row in channels(actor, limit=10_000, gone=True)}
    zone = Zones(actor)(post)
    show_one(post | {"scheduled_at": moment(post["scheduled_at"])}, LABELS, as_json=False, zone=lambda _: zone)
    for row in post["publications"]:
        row["channel"] = names.get(row["channel_id"], row["channel_id"])
        row["scheduled_for"] = moment(row["scheduled_for"])
    columns = ROWS | {"id": "Publication"}
    show_rows(post["publications"], columns, as_json=False, empty="It is on no channel yet.", zone=lambda _: zone)


def _tell_misfits(actor: "Actor", told: list[dict[str, Any]]) -> None:
    from postroom.channels.queries import channels

    if not told:
        return
    names = {str(row.id): f"{row.network}:{row.username}" for row in channels(actor, limit=10_000)}
    rows = [one | {"channel": names.get(str(one.get("channel_id")), one.get("network", ""))} for one in told]
    show_rows(rows, MISFITS, as_json=False)


POST = Noun("post_id", by_id("post"), _show)
