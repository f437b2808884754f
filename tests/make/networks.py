"""The smallest network there is: one step that publishes, and a way to look. For the engine's tests and the bench."""

from collections.abc import Awaitable, Callable
from typing import Any

from postroom.networks.line import Line
from postroom.networks.shape import (
    Bag,
    Connecting,
    Draft,
    Find,
    Format,
    Found,
    Identity,
    Limit,
    Network,
    Step,
    StepAnswer,
)
from postroom.networks.verdicts import Touch

Post = Callable[[Line, Draft, Bag], Awaitable[StepAnswer]]
Look = Callable[[Line, Draft, Bag], Awaitable[Found]]


async def _whoami(line: Line) -> Identity:
    return Identity(line.who.network_user_id, line.who.username)


def small_network(name: str, post: Post, look: Look, *, most: int = 500, keyed: bool = False, **more: Any) -> Network:
    """A network that takes texts of up to `most` characters; `more` are slots of its own, in place of these."""
    slots: dict[str, Any] = {
        "label": name.capitalize(),
        "formats": frozenset({Format.TEXT}),
        "limits": (Limit("text.max", most, "grapheme"),),
        "steps": (Step("post", Touch.PUBLISHES, post, keyed=keyed),),
        "connecting": Connecting((), _whoami),
        "find": Find(look),
    }
    return Network(name=name, **(slots | more))
