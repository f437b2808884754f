"""What buttons of the composer do to a sheet that isn't saved: files and items are added, moved and taken away."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from django.contrib import messages
from django.utils import timezone
from django.utils.translation import gettext

from postroom.library import storing
from postroom.library.uploading import upload_asset
from postroom.web.composer.sheet import File, Item, Sheet, as_id
from postroom.web.frame.seats import Seated
from postroom.workspaces.errors import BadInput, Refusal

T = TypeVar("T")


def arrange(sheet: Sheet, action: str, picked: Sequence[str]) -> Sheet:
    """Do what a button says: "file-up:<id>", "item-drop:2", "add:thread", "attach" … Others change nothing."""
    what, _colon, which = action.partition(":")
    if what == "attach":
        there = {one.asset_id for one in sheet.files}
        new = [id_ for text in picked if (id_ := as_id(text)) is not None and id_ not in there]
        return replace(sheet, files=(*sheet.files, *(File(one) for one in dict.fromkeys(new))))
    if what == "add":
        return replace(sheet, items=_with_item(sheet.items, which))
    if what.startswith("file-"):
        at = next((place for place, one in enumerate(sheet.files) if str(one.asset_id) == which), None)
        return replace(sheet, files=_moved(sheet.files, at, what[5:]))
    if what.startswith("item-"):
        return replace(sheet, items=_moved(sheet.items, int(which) if which.isdigit() else None, what[5:]))
    return sheet


def _with_item(items: tuple[Item, ...], kind: str) -> tuple[Item, ...]:
    """Add a thread's next part before the first comment, which stays last."""
    if kind == "first_comment":
        return items if any(one.kind == kind for one in items) else (*items, Item(kind, ""))
    parts = [one for one in items if one.kind != "first_comment"]
    return (*parts, Item("thread", ""), *(one for one in items if one.kind == "first_comment"))


def _moved(found: tuple[T, ...], at: int | None, how: str) -> tuple[T, ...]:
    if at is None or not 0 <= at < len(found):
        return found
    rest = [*found[:at], *found[at + 1 :]]
    if how == "drop":
        return tuple(rest)
    place = at + {"up": -1, "down": 1}.get(how, 0)
    rest.insert(max(0, min(place, len(rest))), found[at])
    return tuple(rest)


def take_files(request: Seated, sheet: Sheet, brand_id: object) -> Sheet:
    """Store the files that came with a form, and put them on the post; one that can't be taken is told of."""
    stored = []
    files: list[Any] = request.FILES.getlist("file")
    for file in files:
        try:
            asset = upload_asset(
                actor=request.actor,
                chunks=file.chunks(storing.PIECE),
                filename=file.name or "",
                now=timezone.now(),
                brand_id=as_id(brand_id),
            )
        except BadInput as refusal:
            told = {"name": file.name, "allowed": refusal.allowed}
            messages.error(request, gettext("%(name)s can’t be taken; what can be is %(allowed)s.") % told)
        except Refusal as refusal:
            messages.error(request, f"{file.name}: {refusal.message}")
        else:
            stored.append(str(asset.id))
    return arrange(sheet, "attach", stored)
