"""What holds for every operation, said in the description: keys against repeats, ETags on edits, and problems."""

from typing import Any

from ninja import NinjaAPI

from postroom.api.repeating import WRITES
from postroom.api.shapes import Problem

_REPEATS = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "1 to 255 printable characters. A repeat gets the first answer and changes nothing; kept for a day.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
_VERSIONS = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag you have read; 409 when somebody was faster.",
    "schema": {"type": "string"},
}
_EDITS = frozenset({"put", "patch"})


class Described(NinjaAPI):
    """An API that says of every operation what its handlers and middleware add."""

    def get_openapi_schema(self, **given: Any) -> Any:
        """Make the description."""
        schema = super().get_openapi_schema(**given)
        schema["components"]["schemas"]["Problem"] = Problem.model_json_schema()
        problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for methods in schema["paths"].values():
            for method, operation in methods.items():
                operation["responses"].setdefault("default", {"description": "A problem", "content": problem})
                added = [_REPEATS] if method.upper() in WRITES else []
                if method in _EDITS:
                    added.append(_VERSIONS)
                operation["parameters"] = [*operation.get("parameters", []), *added]
        return schema
