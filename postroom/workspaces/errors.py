"""What a verb says when it can't: four errors that every door translates in its own way."""

from typing import Any


class Refusal(Exception):
    """A verb's no. `code` is for machines and stable, the message for people."""

    code = "refused"

    @property
    def message(self) -> str:
        """The reason in words."""
        return str(self)


class NotFound(Refusal):
    """There is no such thing, or it belongs to another workspace: the two are never told apart."""

    code = "not_found"

    def __init__(self, what: str, wanted: object = "") -> None:
        """Name the kind of thing and what was asked for."""
        super().__init__(f"{what}: nothing found for {wanted}" if wanted else f"{what}: nothing found")
        self.what = what


class NotAllowed(Refusal):
    """The actor's role, scopes or brands don't reach this far."""

    code = "not_allowed"


class Conflict(Refusal):
    """The thing is no longer as the caller thinks (an older version, a state that has moved on)."""

    code = "conflict"


class BadInput(Refusal):
    """A value that can't be taken: names the field, what was found, and what is allowed."""

    code = "bad_input"

    def __init__(self, field: str, found: Any, allowed: str) -> None:
        """Keep the three; long values are cut in the message."""
        shown = repr(found)
        super().__init__(f"{field}: found {shown[:120]}{'…' if len(shown) > 120 else ''}; allowed is {allowed}")
        self.field, self.found, self.allowed = field, found, allowed
