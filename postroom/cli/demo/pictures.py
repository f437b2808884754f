"""Pictures for the demo, drawn on the spot: hills under a sun, cups of coffee, each different, all our own."""

import io
import math
import random
from collections.abc import Callable
from typing import Final

from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
SIZE: Final = (1080, 1350)
DUSKS: Final[tuple[tuple[Colour, Colour, Colour], ...]] = (
    ((255, 183, 120), (214, 93, 120), (46, 34, 82)),
    ((190, 226, 245), (92, 158, 196), (20, 54, 84)),
    ((252, 226, 167), (231, 146, 84), (92, 46, 40)),
    ((203, 233, 206), (104, 172, 140), (21, 66, 66)),
    ((238, 214, 240), (162, 122, 196), (47, 33, 92)),
)
"""Sky above, sky below, and the nearest hill."""
ROASTS: Final[tuple[tuple[Colour, Colour, Colour], ...]] = (
    ((244, 233, 216), (201, 147, 98), (72, 42, 26)),
    ((222, 233, 226), (128, 160, 142), (50, 33, 24)),
    ((250, 222, 205), (219, 129, 108), (84, 40, 30)),
    ((226, 224, 240), (134, 128, 180), (58, 36, 30)),
)
"""Table, cup and coffee."""


def mix(one: Colour, other: Colour, part: float) -> Colour:
    """Give the colour `part` of the way (0 to 1) from one to the other."""
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue


def landscape(seed: int) -> bytes:
    """Draw hills under a sun; a JPEG."""
    chance = random.Random(seed)  # noqa: S311 - a picture, not a secret
    above, below, near = DUSKS[seed % len(DUSKS)]
    picture = _ground(above, below)
    draw = ImageDraw.Draw(picture)
    width, height = SIZE
    x, y, radius = chance.randint(200, 880), chance.randint(260, 560), chance.randint(90, 170)
    halo = Image.new("L", SIZE, 0)
    ImageDraw.Draw(halo).ellipse((x - 2 * radius, y - 2 * radius, x + 2 * radius, y + 2 * radius), fill=120)
    picture.paste(mix(above, (255, 255, 255), 0.7), mask=halo.filter(ImageFilter.GaussianBlur(70)))
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=mix(above, (255, 255, 255), 0.8))
    layers = 5
    for layer in range(layers):
        base = height * (0.48 + 0.11 * layer)
        waves = [(chance.uniform(0.002, 0.009), chance.uniform(0, 6.3), chance.uniform(15, 70)) for _ in range(3)]
        ridge = [(x, base - sum(h * math.sin(f * x + p) for f, p, h in waves)) for x in range(0, width + 9, 9)]
        draw.polygon([(0, height), *ridge, (width, height)], fill=mix(below, near, (layer + 1) / layers))
    return _jpeg(picture)


def cup(seed: int) -> bytes:
    """Draw a cup of coffee from above, with a leaf of milk; a JPEG."""
    chance = random.Random(seed)  # noqa: S311 - a picture, not a secret
    table, china, coffee = ROASTS[seed % len(ROASTS)]
    picture = _ground(mix(table, (255, 255, 255), 0.3), table)
    x, y, radius = 540 + chance.randint(-60, 60), 690 + chance.randint(-60, 60), 340
    shadow = Image.new("L", SIZE, 0)
    ImageDraw.Draw(shadow).ellipse((x - radius - 40, y - radius + 20, x + radius + 110, y + radius + 170), fill=110)
    picture.paste(mix(table, (0, 0, 0), 0.6), mask=shadow.filter(ImageFilter.GaussianBlur(40)))
    draw = ImageDraw.Draw(picture)
    light = mix(china, (255, 255, 255), 0.85)
    for size, colour in ((radius + 130, mix(china, (255, 255, 255), 0.6)), (radius, light), (radius - 34, coffee)):
        draw.ellipse((x - size, y - size, x + size, y + size), fill=colour)
    milk = mix(coffee, (255, 244, 226), 0.85)
    for ring in range(7):
        reach, lift = 190 - ring * 24, y + 150 - ring * 52
        draw.arc((x - reach, lift - reach // 2, x + reach, lift + reach // 2), 200, 340, fill=milk, width=16)
    draw.line((x, y - 210, x, y + 170), fill=milk, width=10)
    return _jpeg(picture)


def _ground(above: Colour, below: Colour) -> Image.Image:
    strip = Image.new("RGB", (1, 256))
    for step in range(256):
        strip.putpixel((0, step), mix(above, below, step / 255))
    return strip.resize(SIZE, Image.Resampling.BICUBIC)


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=86)
    return out.getvalue()


DRAW: Final[dict[str, Callable[[int], bytes]]] = {"landscape": landscape, "cup": cup}
"""What can be drawn, by name."""
