"""The bench's own minimal network: one call a post. Registered in the bench's processes only."""

from postroom.networks import registry
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
    Receipt,
    Step,
    StepAnswer,
    Unclear,
)
from postroom.networks.verdicts import Touch

NAME = "bench"


async def _post(line: Line, draft: Draft, bag: Bag) -> StepAnswer:
    del bag
    answer = (await line.call("POST", "/posts", json={"text": draft.text, "key": draft.key})).json()
    return Receipt(answer["id"], answer["url"])


async def _find(line: Line, draft: Draft, bag: Bag) -> Found:
    del line, draft, bag
    return Unclear("the bench looks nothing up")


async def _whoami(line: Line) -> Identity:
    return Identity(line.who.network_user_id, line.who.username)


def register() -> None:
    """Make the network known to this process."""
    registry.add(
        Network(
            name=NAME,
            label="Bench",
            formats=frozenset({Format.TEXT}),
            limits=(Limit("text.max", 500, "grapheme"),),
            steps=(Step("post", Touch.PUBLISHES, _post),),
            connecting=Connecting((), _whoami),
            find=Find(_find),
        )
    )
