"""Brands for tests."""

from datetime import UTC, datetime, time

from postroom.brands.editing import create_brand
from postroom.brands.models import Brand
from postroom.brands.slots import WeeklyTime, set_slots
from postroom.workspaces.actors import Actor


def make_brand(owner: Actor, name: str = "Brand", **fields: object) -> Brand:
    """A brand of the owner's workspace."""
    return create_brand(actor=owner, name=name, now=datetime.now(UTC), **fields)


def make_slots(owner: Actor, brand: Brand, *times: tuple[int, str]) -> None:
    """Give a brand these slots: (weekday, "09:30")."""
    wanted = [WeeklyTime(weekday, time.fromisoformat(clock)) for weekday, clock in times]
    set_slots(actor=owner, brand_id=brand.id, times=wanted, now=datetime.now(UTC))
