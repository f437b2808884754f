"""The colours as `postroom.css` declares them, and how well each reads on what it stands on (WCAG 2.2)."""

import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CSS: Final = Path(__file__).parent.parent / "static" / "postroom.css"
THEMES: Final = {"light": ":root", "dark": '[data-bs-theme="dark"]', "contrast": '[data-theme="contrast"]'}
"""Theme → the rule that declares it, over the light one."""
_TONES: Final = ("good", "warn", "bad", "doubt", "busy", "quiet", "accent")
PAIRS: Final = (
    ("ink", "paper", 4.5),
    ("ink", "ground", 4.5),
    ("ink-soft", "paper", 4.5),
    ("ink-soft", "ground", 4.5),
    ("accent", "paper", 4.5),
    ("accent", "ground", 4.5),
    ("accent-ink", "accent", 4.5),
    *((tone, f"{tone}-soft", 4.5) for tone in _TONES),
    ("bad", "paper", 4.5),
    ("line-strong", "paper", 3.0),
)
"""What stands on what: text wants 4.5, the edge of a field 3."""
_RULE: Final = re.compile(r"--([a-z-]+):\s*#([0-9a-fA-F]{3,6})\b")

TEXT = 4.5
"""The least contrast of words (WCAG AA)."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """How one colour reads on another in one theme."""

    theme: str
    ratio: float
    is_enough: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """A colour on another, in every theme."""

    front: str
    back: str
    least: float
    contrasts: tuple[Contrast, ...]

    @property
    def is_text(self) -> bool:
        """Whether words are written in it; an edge needs less."""
        return self.least >= TEXT


@functools.cache
def colours() -> dict[str, dict[str, str]]:
    """Give every colour of every theme: theme → token → six hexadecimal digits."""
    css = CSS.read_text()
    light = _declared(css, THEMES["light"])
    return {theme: light | _declared(css, rule) for theme, rule in THEMES.items()}


def pairs() -> list[Pair]:
    """Give every pair that text or an edge makes, with its contrast in every theme."""
    return [
        Pair(
            front, back, least, tuple(_contrast(theme, known, front, back, least) for theme, known in colours().items())
        )
        for front, back, least in PAIRS
    ]


def ratio(one: str, other: str) -> float:
    """Give the contrast of two colours, from 1 (the same) to 21 (black on white)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _contrast(theme: str, known: dict[str, str], front: str, back: str, least: float) -> Contrast:
    found = ratio(known[front], known[back])
    return Contrast(theme, round(found, 1), found >= least)


def _declared(css: str, rule: str) -> dict[str, str]:
    start = css.index(f"{rule} {{")
    found = _RULE.findall(css[start : css.index("}", start)])
    return {name: "".join(sign * 2 for sign in code) if len(code) == 3 else code for name, code in found}


def _luminance(code: str) -> float:
    parts = [int(code[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
