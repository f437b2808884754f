"""`postroom asset`: images, videos and other files."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from postroom.cli.operator import As, In, Noun, brand_named, by_id, changed, demand_id, operator
from postroom.cli.output import Json, Problem, commands, progress, say, show_json, show_one, show_rows

if TYPE_CHECKING:
    from postroom.workspaces.actors import Actor

app = commands("Images, videos and other files.")
LABELS = {
    "filename": "Name",
    "id": "Id",
    "type": "Type",
    "mime": "Content",
    "bytes": "Bytes",
    "width": "Width",
    "height": "Height",
    "seconds": "Seconds",
    "alt_text": "Alt text",
    "title": "Title",
    "tags": "Tags",
    "brand_id": "Brand",
}
COLUMNS = {"filename": "Name", "type": "Type", "bytes": "Bytes", "alt_text": "Alt text", "id": "Id"}
Id = Annotated[str, typer.Argument(metavar="ID")]
PIECE = 1024 * 1024


@app.command()
def upload(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...")],
    *,
    brand: Annotated[str, typer.Option(help="Only for this brand; every brand's by default.")] = "",
    alt: Annotated[str, typer.Option(help="What can be seen, for those who can't.")] = "",
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """Upload files. The same bytes are kept once."""
    actor = operator(as_, workspace)
    from postroom.library.queries import one_asset

    brand_id = brand_named(actor, brand).id if brand else None
    rows = [one_asset(actor, upload_file(actor, path, brand_id=brand_id, alt=alt)) for path in files]
    if as_json:
        show_json([_told(row) for row in rows])
    else:
        show_rows(rows, COLUMNS, as_json=False)


@app.command("list")
def list_(
    *,
    search: Annotated[str, typer.Option(help="Part of name, title or alt text.")] = "",
    kind: Annotated[str, typer.Option("--type", help="image, video, gif, audio or document.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """List files, newest first."""
    actor = operator(as_, workspace)
    from postroom.library.queries import assets

    rows = assets(actor, search=search or None, type_=kind or None, limit=limit)
    if as_json:
        show_json([_told(row) for row in rows])
    else:
        show_rows(rows, COLUMNS, as_json=False, empty="No files yet. Upload one: postroom asset upload FILE")


@app.command()
def show(asset: Id, *, as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """Show what is known of a file."""
    actor = operator(as_, workspace)
    _show(actor, demand_id("asset", asset), as_json=as_json)


@app.command()
def edit(
    asset: Id,
    *,
    alt: Annotated[str | None, typer.Option(help="What can be seen, for those who can't.")] = None,
    title: Annotated[str | None, typer.Option()] = None,
    description: Annotated[str | None, typer.Option()] = None,
    tag: Annotated[list[str] | None, typer.Option(help="All its tags; may be repeated.")] = None,
    as_: As = "",
    workspace: In = "",
    as_json: Json = False,
) -> None:
    """Change what is said of a file."""
    actor = operator(as_, workspace)
    from postroom.library.describing import describe_asset

    changes = changed(alt_text=alt, title=title, description=description, tags=tag)
    ASSET.change(actor, describe_asset, asset, as_json=as_json, changes=changes)


@app.command()
def delete(asset: Id, *, as_: As = "", workspace: In = "") -> None:
    """Put a file aside; it can be restored for 30 days."""
    actor = operator(as_, workspace)
    from postroom.library.removing import remove_asset
    from postroom.publishing.waiting import posts_that_need

    asset_id = demand_id("asset", asset)
    used_in = posts_that_need(actor, asset_id)
    gone = remove_asset(actor=actor, asset_id=asset_id, used_in=used_in, now=datetime.now(UTC))
    say(f"{gone.filename} is put aside. Bring it back: postroom asset restore {gone.id}")


@app.command()
def restore(asset: Id, *, as_: As = "", workspace: In = "", as_json: Json = False) -> None:
    """Bring a file back."""
    actor = operator(as_, workspace)
    from postroom.library.removing import restore_asset

    ASSET.change(actor, restore_asset, asset, as_json=as_json)


def upload_file(actor: "Actor", path: Path, *, brand_id: UUID | None = None, alt: str = "") -> UUID:
    """Upload one file with a progress bar; gives its id. Problem for a file that can't be read."""
    from postroom.library.uploading import upload_asset

    try:
        size = path.stat().st_size
        opened = path.open("rb")
    except OSError as problem:
        raise Problem(f"{path} can't be read ({problem.strerror}).") from None
    about = {"alt_text": alt} if alt else {}
    with opened, progress(path.name, total=size) as more:

        def pieces() -> Iterator[bytes]:
            while piece := opened.read(PIECE):
                yield piece
                more(len(piece))

        asset = upload_asset(
            actor=actor, chunks=pieces(), filename=path.name, brand_id=brand_id, now=datetime.now(UTC), **about
        )
    return asset.id


def _show(actor: "Actor", asset_id: UUID, *, as_json: bool) -> None:
    from postroom.library.queries import one_asset

    row = one_asset(actor, asset_id)
    if as_json:
        show_json(_told(row))
    else:
        show_one(row, LABELS, as_json=False)


ASSET = Noun("asset_id", by_id("asset"), _show)


def _told(row: object) -> dict[str, Any]:
    """A row without where its bytes are."""
    names = [name for name in type(row).__slots__ if not name.endswith("_key")]  # type: ignore[attr-defined] # a dataclass with slots
    return {name: getattr(row, name) for name in names}
