"""Putting files aside, and bringing them back while their bytes are still there."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from postroom.events.recording import record
from postroom.library.describing import open_asset
from postroom.library.models import Asset
from postroom.workspaces.actors import Actor, acting
from postroom.workspaces.errors import Conflict

GRACE: Final = timedelta(days=30)
"""How long a removed file can be brought back; then its bytes are deleted (its thumbnail stays for the history)."""


class InUse(Conflict):
    """The file is still needed; `used_in` says where."""

    code = "in_use"

    def __init__(self, used_in: Sequence[str]) -> None:
        """Name the first few places."""
        more = f" and {len(used_in) - 3} more" if len(used_in) > 3 else ""
        super().__init__(f"This file is used in {', '.join(used_in[:3])}{more}; take it out there first.")
        self.used_in = tuple(used_in)


class IsThereAgain(Conflict):
    """The same file was uploaded again after it was removed."""

    code = "is_there_again"


def remove_asset(*, actor: Actor, asset_id: UUID, now: datetime, used_in: Sequence[str] = ()) -> Asset:
    """Put a file aside; for GRACE it can be restored.

    `used_in`: where it is still needed (posts not yet sent), as the caller found out: only rooms above know.
    Raises InUse, NotFound, NotAllowed.
    """
    with acting(actor):
        asset = open_asset(actor, asset_id)
        if used_in:
            raise InUse(used_in)
        asset.deleted_at = now
        asset.version += 1
        asset.save(update_fields=["deleted_at", "version"])
        record("asset.removed", asset, workspace_id=actor.workspace_id)
        return asset


def restore_asset(*, actor: Actor, asset_id: UUID, now: datetime) -> Asset:
    """Bring a removed file back. Raises NotFound, NotAllowed, IsThereAgain, Conflict (once its bytes are gone)."""
    del now
    with acting(actor):
        asset = open_asset(actor, asset_id, is_removed=True)
        if not asset.storage_key:
            raise Conflict("The bytes of this file were deleted; upload it again.")
        asset.deleted_at = None
        asset.version += 1
        try:
            with transaction.atomic():
                asset.save(update_fields=["deleted_at", "version"])
        except IntegrityError:
            raise IsThereAgain("The same file was uploaded again meanwhile; use that one.") from None
        record("asset.restored", asset, workspace_id=actor.workspace_id)
        return asset
