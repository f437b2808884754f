"""A shape that mirrors a row has its fields, no more, no fewer."""

from dataclasses import dataclass

import pytest
from ninja import Schema

from postroom.api.answers import shaped
from postroom.api.mirrors import mirrors


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    size: int | None
    key: str
    tags: object


@mirrors(Row, without={"key"})
class Out(Schema):
    """What is told of a row."""

    tags: list[str]


def test_a_shape_has_the_fields_of_its_row() -> None:
    assert shaped(Out, Row("one", None, "secret", ["a"])) == {"name": "one", "size": None, "tags": ["a"]}
    described = Out.model_json_schema()
    assert (described["title"], described["description"]) == ("Out", "What is told of a row.")
    assert sorted(described["required"]) == ["name", "size", "tags"]
    assert described["properties"]["tags"]["items"] == {"type": "string"}


def test_a_field_left_out_has_to_be_there() -> None:
    with pytest.raises(ValueError, match="Row has no colour"):
        mirrors(Row, without={"colour"})
