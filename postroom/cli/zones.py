"""In which zone times are shown: the brand's where a row belongs to one, else the workspace's. It isn't a command."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from postroom.workspaces.actors import Actor


class Zones:
    """The zones of one workspace: `show_rows(…, zone=Zones(actor))`. The database is asked when a time is shown."""

    def __init__(self, actor: "Actor") -> None:
        self._actor = actor

    def __call__(self, row: object) -> ZoneInfo:
        """Give the zone for a row: of the brand its `brand_id` names, if it has one that this actor sees."""
        brand_id = row.get("brand_id") if isinstance(row, Mapping) else getattr(row, "brand_id", None)
        known = None if brand_id is None else self._of_brands.get(str(brand_id))
        return known or self.workspace

    @cached_property
    def workspace(self) -> ZoneInfo:
        """The workspace's own zone."""
        from postroom.workspaces.queries import one_workspace

        return ZoneInfo(one_workspace(self._actor).time_zone)

    @cached_property
    def _of_brands(self) -> dict[str, ZoneInfo]:
        from postroom.brands.queries import brands

        return {str(one.id): ZoneInfo(one.time_zone) for one in brands(self._actor)}
