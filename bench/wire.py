"""The bench's own minimal network: one call a post. Registered in the bench's processes only."""

from postroom.networks import registry
from postroom.networks.line import Line
from postroom.networks.shape import Bag, Draft, Found, Receipt, StepAnswer, Unclear
from tests.make.networks import small_network

NAME = "bench"


async def _post(line: Line, draft: Draft, bag: Bag) -> StepAnswer:
    del bag
    answer = (await line.call("POST", "/posts", json={"text": draft.text, "key": draft.key})).json()
    return Receipt(answer["id"], answer["url"])


async def _find(line: Line, draft: Draft, bag: Bag) -> Found:
    del line, draft, bag
    return Unclear("the bench looks nothing up")


def register() -> None:
    """Make the network known to this process."""
    registry.add(small_network(NAME, _post, _find))
