"""What people note on a channel: labels and tags. What the network knows of it is changed there, not here."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from postroom.channels.models import Channel
from postroom.channels.opening import open_for_change
from postroom.events.recording import record
from postroom.workspaces import values
from postroom.workspaces.actors import Actor, acting
from postroom.workspaces.errors import BadInput, Conflict
from postroom.workspaces.permissions import Permission


def _switch(field: str, found: object) -> bool:
    if not isinstance(found, bool):
        raise BadInput(field, found, "true or false")
    return found


FIELDS: dict[str, values.Reader] = {
    "city": values.text(200),
    "campus": values.text(200),
    "niche_label": values.text(200),
    "tags": values.words(50, 100),
    "needs_review": _switch,
}
"""What can be set on a channel, and what each field takes."""


def edit_channel(
    *, actor: Actor, channel_id: UUID, changes: Mapping[str, object], now: datetime, version: int | None = None
) -> Channel:
    """Change what is given (see FIELDS). `version`: what the caller has read; an older one is a Conflict."""
    del now
    clean = values.read_fields(changes, FIELDS)
    with acting(actor):
        channel = open_for_change(actor, channel_id, Permission.CHANNELS_EDIT)
        if version is not None and version != channel.version:
            raise Conflict(f"This channel was changed meanwhile: it is at version {channel.version}, not {version}.")
        for name, value in clean.items():
            setattr(channel, name, value)
        channel.version += 1
        channel.save(update_fields=[*clean, "version"])
        record("channel.edited", channel, workspace_id=actor.workspace_id, context={"fields": sorted(clean)})
        return channel
