"""When a lower room must reach an upper one: event name → functions. The whole table, in one place.

A row's functions are called with keyword arguments, in this order, by `tell`. They bear repeating.
"""

from collections.abc import Callable
from typing import Any

import structlog

log = structlog.get_logger("postroom.wiring")

WIRING: dict[str, tuple[Callable[..., None], ...]] = {}


def check_wiring() -> None:
    """Raise TypeError when a row of the table isn't a function: at the start, not in the night."""
    for name, functions in WIRING.items():
        for function in functions:
            if not callable(function):
                raise TypeError(f"wiring of {name}: {function!r} can't be called")


def tell(name: str, **what: Any) -> int:
    """Call what is wired to an event; answers how many functions were called. One that fails doesn't stop the next."""
    called = 0
    for function in WIRING.get(name, ()):
        try:
            function(**what)
        except Exception:
            log.exception("wired function failed", wired=name, function=getattr(function, "__qualname__", "?"))
        called += 1
    return called
