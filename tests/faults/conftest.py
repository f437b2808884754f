import asyncio
from collections.abc import Iterator

import pytest

from tests.faults.house import House
from tests.faults.striking import InThread, Striker
from tests.networks.conformance import enter
from tests.networks.samples import Access, Samples


@pytest.fixture(scope="session")
def standing(postgres_kind: str) -> Iterator[House]:
    """One database for all fault tests of this process."""
    made = House(postgres_kind)
    try:
        made.open()
        yield made
    finally:
        made.close()


@pytest.fixture
def house(standing: House) -> Iterator[House]:
    """The same, empty before and after."""
    standing.empty()
    yield standing
    standing.kill_workers()


class Stage:
    """A network's server with a striker before it, and accounts connected at it."""

    def __init__(self, house: House, samples: Samples, upstream: str, striker: Striker) -> None:
        self.house, self.samples, self.upstream, self.striker = house, samples, upstream, striker
        self.accesses: list[Access] = []

    def connect(self, count: int) -> None:
        """Connect accounts as their owners would."""

        async def connect() -> list[Access]:
            async with self.samples.session() as session:
                return [await enter(self.samples, session, self.upstream) for _ in range(count)]

        self.accesses = asyncio.run(connect())

    def fill(self, texts: list[str], items: list[tuple[str, str]]) -> None:
        """Posts on all accounts, through the striker."""
        pairs = [(access, self.striker.base) for access in self.accesses]
        self.house.fill(self.samples.network.name, pairs, texts, items)

    def public(self) -> list[int]:
        """How many items each account shows."""

        async def count() -> list[int]:
            return [await self.samples.count(self.upstream, access) for access in self.accesses]

        return asyncio.run(count())


@pytest.fixture
def stage(house: House, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Parametrize indirectly with a class of samples."""
    samples: Samples = request.param()
    upstream = samples.start()
    try:
        with InThread(upstream) as striker:
            yield Stage(house, samples, upstream, striker)
            house.kill_workers()
    finally:
        samples.stop()
