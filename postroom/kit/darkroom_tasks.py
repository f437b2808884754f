"""What is done inside the darkroom's child: look at a file, or make a form of it."""

import contextlib
import math
from pathlib import Path
from typing import Any

from postroom.kit import boxes, images, matroska, pictures, sound, tiles
from postroom.kit.media import HEAD, Aim, Facts, Made, Unfit, type_of


def do(task: dict[str, Any]) -> dict[str, Any]:
    """Do a task as `darkroom` writes it; the fields of its answer."""
    if task["do"] == "look":
        facts = _look_and_show(Path(task["path"]), Path(task["thumbnail"]) if task["thumbnail"] else None)
        return {name: getattr(facts, name) for name in Facts.__slots__}
    aim = task["aim"]
    wanted = Aim(**{**aim, "types": tuple(aim["types"]), "crop": tuple(aim["crop"]) if aim["crop"] else None})
    made = make(Path(task["path"]), Facts(**task["facts"]), Path(task["target"]), wanted)
    return {name: getattr(made, name) for name in Made.__slots__}


def look(path: Path) -> Facts:
    """Read a file's facts. Raises `Unfit` for what is broken or of no kind we take."""
    with path.open("rb") as opened:
        mime = type_of(opened.read(HEAD))
    family, size = mime.split("/")[0], path.stat().st_size
    if family == "image":
        return images.look(path, mime, size)
    if mime == "application/pdf":
        return _document(path, mime, size)
    if mime in {"video/mp4", "video/quicktime", "audio/mp4"}:
        return boxes.look(path, mime, size)
    return matroska.look(path, mime, size) if mime == "video/webm" else sound.look(path, mime, size)


def _document(path: Path, mime: str, size: int) -> Facts:
    """A PDF has its end mark near its end; pages aren't counted, a reader of them would be a risk of its own."""
    with path.open("rb") as opened:
        opened.seek(max(0, size - 2048))
        if b"%%EOF" not in opened.read():
            raise Unfit("a PDF without its end", "a whole PDF")
    return Facts(kind="document", mime=mime, bytes=size)


def _look_and_show(path: Path, thumbnail: Path | None) -> Facts:
    facts = look(path)
    films = decoder() if facts.kind in {"video", "audio"} else None
    if films:
        facts = films.check(path, facts)
    if thumbnail is None:
        return facts
    if facts.kind in {"image", "gif"}:
        images.preview(path, facts.mime, thumbnail)
    elif not (facts.kind == "video" and films and films.poster(path, thumbnail)):
        tiles.draw(facts.kind, thumbnail, facts.width, facts.height)
    return facts


def make(path: Path, facts: Facts, target: Path, aim: Aim) -> Made:
    """Write a form of a file that fits the aim. Raises `Unfit`."""
    if facts.kind == "image":
        return pictures.make(path, facts.mime, target, aim)
    films = decoder()
    if facts.kind == "gif":
        if films and "video/mp4" in aim.types and not {"image/gif", "image/webp"} & set(aim.types):
            done: Made = films.transcode(path, facts, target, aim)
            return done
        return pictures.make_moving(path, facts.mime, target, aim)
    if facts.kind == "video":
        return _film(path, facts, target, aim)
    raise Unfit(f"{facts.kind} of type {facts.mime}, {facts.bytes:,} bytes", _limits(aim))


def _film(path: Path, facts: Facts, target: Path, aim: Aim) -> Made:
    """Only cleaned, or only put into another container, where that is enough: no frame is made anew then."""
    can_stay = facts.mime in {"video/mp4", "video/quicktime"} and aim.crop is None and _has_right_size(facts, aim)
    if can_stay and facts.mime in (aim.types or [facts.mime]) and "telemetry" not in facts.details:
        _copy(path, target)
        boxes.blank(target)
        return Made(facts.mime, facts.width or 0, facts.height or 0, facts.seconds)
    films = decoder()
    is_mp4_wanted = not aim.types or "video/mp4" in aim.types
    if (
        films
        and can_stay
        and is_mp4_wanted
        and films.rewrap(path, facts, target)
        and target.stat().st_size <= (aim.max_bytes or math.inf)
    ):
        return Made("video/mp4", facts.width or 0, facts.height or 0, facts.seconds)
    if films is None:
        raise Unfit(
            f"a film that has to be converted ({facts.mime}, {facts.width} × {facts.height}, {facts.bytes:,} bytes)",
            f"{_limits(aim)}; or install postroom[video], which can convert",
        )
    made: Made = films.transcode(path, facts, target, aim)
    return made


def _has_right_size(facts: Facts, aim: Aim) -> bool:
    width, height = facts.width or 1, facts.height or 1
    return (
        (aim.max_bytes is None or facts.bytes <= aim.max_bytes)
        and pictures.frame_for(width, height, aim) == (width, height)
        and width * height <= (aim.max_pixels or width * height)
        and width <= (aim.max_width or width)
    )


def _limits(aim: Aim) -> str:
    said = [", ".join(aim.types)] if aim.types else []
    said += [f"{aim.max_bytes:,} bytes"] if aim.max_bytes else []
    said += [f"{aim.max_pixels:,} pixels"] if aim.max_pixels else []
    said += (
        [f"width ÷ height from {aim.min_ratio or 0:g} to {aim.max_ratio or 'any':}"]
        if aim.min_ratio or aim.max_ratio
        else []
    )
    return "; ".join(said) or "another type"


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as read, target.open("wb") as write:
        while piece := read.read(1024 * 1024):
            write.write(piece)


def decoder() -> Any:
    """The module that decodes films, if the extra it needs is installed."""
    with contextlib.suppress(ImportError):
        from postroom.kit import films  # noqa: PLC0415 - needs PyAV, an extra

        return films
    return None
