"""Plain drawn tiles for files that have no picture of their own: films without a decoder, sound, documents."""

from pathlib import Path

from PIL import Image, ImageDraw

_GROUND = {"video": (38, 50, 56), "audio": (49, 46, 79), "document": (236, 239, 241)}


def draw(kind: str, target: Path, width: int | None = None, height: int | None = None, side: int = 480) -> None:
    """Write a WebP tile of the file's own proportions, with a sign for its kind."""
    ratio = min(max((width or 16) / (height or 9), 0.4), 2.5)
    size = (side, round(side / ratio)) if ratio >= 1 else (round(side * ratio), side)
    tile = Image.new("RGB", size, _GROUND.get(kind, _GROUND["document"]))
    pen = ImageDraw.Draw(tile)
    x, y, unit = size[0] // 2, size[1] // 2, min(size) // 6
    if kind == "video":
        pen.ellipse((x - unit * 1.5, y - unit * 1.5, x + unit * 1.5, y + unit * 1.5), fill=(255, 255, 255))
        pen.polygon(
            [(x - unit * 0.5, y - unit * 0.8), (x - unit * 0.5, y + unit * 0.8), (x + unit * 0.9, y)],
            fill=_GROUND["video"],
        )
    elif kind == "audio":
        for place, part in enumerate((0.4, 1.0, 0.6, 1.4, 0.8, 1.1, 0.5)):
            left = x + (place - 3.5) * unit * 0.5
            pen.rectangle((left, y - unit * part, left + unit * 0.25, y + unit * part), fill=(255, 255, 255))
    else:
        pen.rectangle(
            (x - unit, y - unit * 1.4, x + unit, y + unit * 1.4), fill=(255, 255, 255), outline=(144, 164, 174), width=3
        )
        for line in range(5):
            top = y - unit * 0.9 + line * unit * 0.4
            pen.line((x - unit * 0.7, top, x + unit * (0.7 if line < 4 else 0.1), top), fill=(144, 164, 174), width=4)
    tile.save(target, "WEBP", quality=80)
