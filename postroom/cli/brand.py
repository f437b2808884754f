"""`postroom brand`: the names that are posted under, and their weekly times."""

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from postroom.cli.operator import As, In, Noun, Why, brand_named, niche_named, operator, read_pairs
from postroom.cli.output import Json, WronglyCalled, commands, show_one, show_rows

if TYPE_CHECKING:
    from postroom.brands.slots import WeeklyTime
    from postroom.workspaces.actors import Actor

app = commands("Brands.")
LABELS = {
    "name": "Name",
    "slug": "Slug",
    "id": "Id",
    "status": "Status",
    "status_reason": "Why",
    "niche": "Niche",
    "time_zone": "Time zone",
    "default_hashtags": "Hashtags",
    "daily_post_limit": "Posts a day",
    "description": "About",
}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Name = Annotated[str, typer.Argument(metavar="BRAND", help="Its slug or id.")]
Fields = Annotated[
    list[str], typer.Option("--set", metavar="NAME=VALUE", help="niche (its slug), description, daily_post_limit, …")
]


@app.command()
def create(
    name: str,
    *,
    time_zone: Annotated[str, typer.Option(help="Such as Europe/Berlin; the workspace's by default.")] = "",
    slug: Annotated[str, typer.Option(help="Its name in commands; made of NAME by default.")] = "",
    fields: Fields = [],  # noqa: B006 - typer makes a new list for every call
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """Make a brand."""
    actor = operator(as_, workspace)
    from postroom.brands.editing import create_brand

    given = {"time_zone": time_zone, "slug": slug}
    more: dict[str, object] = {field: value for field, value in given.items() if value} | _read(actor, fields)
    _show(actor, create_brand(actor=actor, name=name, now=datetime.now(UTC), **more).id, as_json=as_json)


@app.command("list")
def list_(*, as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """List the brands."""
    actor = operator(as_, workspace)
    from postroom.brands.queries import brands

    columns = {"slug": "Slug", "name": "Name", "status": "Status", "time_zone": "Time zone", "id": "Id"}
    show_rows(brands(actor), columns, as_json=as_json, empty="No brand yet. Make one: postroom brand create NAME")


@app.command()
def show(brand: Name, *, as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """Show a brand."""
    actor = operator(as_, workspace)
    _show(actor, brand_named(actor, brand).id, as_json=as_json)


@app.command()
def edit(brand: Name, *, fields: Fields, as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """Change a brand: --set name=… --set time_zone=…."""
    actor = operator(as_, workspace)
    from postroom.brands.editing import edit_brand

    BRAND.change(actor, edit_brand, brand, as_json=as_json, changes=_read(actor, fields))


@app.command()
def pause(brand: Name, *, why: Why = "", as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """Hold everything of a brand until it is resumed."""
    actor = operator(as_, workspace)
    from postroom.brands.editing import pause_brand

    BRAND.change(actor, pause_brand, brand, as_json=as_json, why=why)


@app.command()
def resume(brand: Name, *, why: Why = "", as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """Let a paused brand go on."""
    actor = operator(as_, workspace)
    from postroom.brands.editing import resume_brand

    BRAND.change(actor, resume_brand, brand, as_json=as_json, why=why)


@app.command()
def activate(brand: Name, *, why: Why = "", as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """Put a brand back into use."""
    actor = operator(as_, workspace)
    from postroom.brands.editing import activate_brand

    BRAND.change(actor, activate_brand, brand, as_json=as_json, why=why)


@app.command()
def deactivate(brand: Name, *, why: Why = "", as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """Put a brand out of use; nothing is lost."""
    actor = operator(as_, workspace)
    from postroom.brands.editing import deactivate_brand

    BRAND.change(actor, deactivate_brand, brand, as_json=as_json, why=why)


@app.command()
def slots(
    brand: Name,
    *,
    put: Annotated[
        list[str], typer.Option("--put", metavar="DAY@HH:MM", help="All its weekly times, such as mon@09:00.")
    ] = [],  # noqa: B006 - typer makes a new list for every call
    clear: Annotated[bool, typer.Option("--clear", help="Take all of them away.")] = False,
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """Show the weekly posting slots, or put others in their place."""
    actor = operator(as_, workspace)
    from postroom.brands import queries
    from postroom.brands.slots import set_slots

    found = brand_named(actor, brand)
    if put or clear:
        set_slots(actor=actor, brand_id=found.id, times=[_slot(word) for word in put], now=datetime.now(UTC))
    rows = [{"day": DAYS[one.weekday], "time": f"{one.local_time:%H:%M}"} for one in queries.slots(actor, found.id)]
    show_rows(rows, {"day": "Day", "time": f"Time ({found.time_zone})"}, as_json=as_json, empty="No slots yet.")


def _show(actor: "Actor", brand_id: UUID, *, as_json: bool) -> None:
    from postroom.brands.queries import one_brand

    brand = one_brand(actor, brand_id)
    told: dict[str, object] = {name: getattr(brand, name) for name in LABELS if name != "niche"}
    niche = {"niche": brand.niche.slug if brand.niche else None, "niche_id": brand.niche_id}
    show_one(told | niche, LABELS, as_json=as_json)


BRAND = Noun("brand_id", lambda actor, wanted: brand_named(actor, wanted).id, _show)


def _read(actor: "Actor", fields: list[str]) -> dict[str, object]:
    """Read name=value words; numbers, lists and the niche as the fields want them."""
    read: dict[str, object] = {}
    for name, value in read_pairs(fields, "--set").items():
        if name == "daily_post_limit" and value.isdigit():
            read[name] = int(value)
        elif name == "niche":
            read["niche_id"] = niche_named(actor, value).id if value else None
        elif name == "default_hashtags":
            read[name] = [one.strip() for one in value.split(",") if one.strip()]
        else:
            read[name] = value
    return read


def _slot(word: str) -> "WeeklyTime":
    from postroom.brands.slots import WeeklyTime

    day, _, at = word.partition("@")
    try:
        return WeeklyTime(DAYS.index(day[:3].lower()), time.fromisoformat(at))
    except ValueError:
        raise WronglyCalled(f"--put: found {word!r}; allowed is a day and a time, such as mon@09:00") from None
