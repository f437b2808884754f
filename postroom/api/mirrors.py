"""Shapes that show what `queries` give: their fields are read off the dataclass, so that each is written once."""

from collections.abc import Callable, Collection
from dataclasses import fields
from types import new_class
from typing import TypeVar, cast, get_type_hints

from ninja import Schema

S = TypeVar("S", bound=Schema)


def mirrors(row: type, *, without: Collection[str] = ()) -> Callable[[type[S]], type[S]]:
    """Give a shape the fields of the dataclass `row`, all of them required, but for those it goes `without`.

    What a shape says itself of a field stays. An unknown name in `without` is a ValueError when the module is imported.
    """
    there = {field.name for field in fields(row)}
    if unknown := set(without) - there:
        message = f"{row.__name__} has no {', '.join(sorted(unknown))}"
        raise ValueError(message)

    def fill(shape: type[S]) -> type[S]:
        hints = get_type_hints(row)
        wanted = [field.name for field in fields(row) if field.name not in {*without, *shape.model_fields}]
        body = {
            "__module__": shape.__module__,
            "__doc__": shape.__doc__,
            "__annotations__": {name: hints[name] for name in wanted},
        }
        return cast("type[S]", new_class(shape.__name__, (shape,), exec_body=lambda space: space.update(body)))

    return fill
