"""Figures beside their goals."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure. Without a goal it is for orientation."""

    what: str
    found: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is met; None without one."""
        if self.at_least is not None:
            return self.found >= self.at_least
        return self.found <= self.at_most if self.at_most is not None else None

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self) | {"is_met": self.is_met}


def show(title: str, figures: list[Figure]) -> None:
    """Print a table."""
    print(f"\n{title}")
    for one in figures:
        goal = f"≥ {_plain(one.at_least)}" if one.at_least is not None else ""
        goal = f"≤ {_plain(one.at_most)}" if one.at_most is not None else goal
        mark = {True: "met", False: "MISSED", None: ""}[one.is_met]
        print(f"  {one.what:<80} {_plain(one.found):>10} {one.unit:<4} {goal:>10}  {mark}")


def _plain(number: float | None) -> str:
    if number is None:
        return ""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:,.3g}"
