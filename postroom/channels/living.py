"""A channel's way of life, by the graph in `states.py`. The database writes each change into its transitions."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import F

from postroom.channels.models import Channel
from postroom.channels.opening import open_for_change
from postroom.channels.states import LIFECYCLE, Lifecycle
from postroom.database.tenancy import scope
from postroom.workspaces import values
from postroom.workspaces.actors import Actor
from postroom.workspaces.errors import Conflict
from postroom.workspaces.permissions import Permission


class NoSuchStep(Conflict):
    """The channel can't go from where it stands to where it was to go."""

    code = "no_such_step"


def change_lifecycle(
    *,
    actor: Actor,
    channel_id: UUID,
    to: str,
    now: datetime,
    why: str = "",
    context: Mapping[str, object] | None = None,
) -> Channel:
    """Move a channel along its way of life. `why` and `context` go into its transitions.

    Raises BadInput, NotFound, NotAllowed, NoSuchStep.
    """
    del now  # the transition has the database's own time
    target = Lifecycle(values.one_of(Lifecycle.values)("to", to))
    told = actor.because(values.text(500)("why", why)).told() | {"context": dict(context or {})}
    with scope(workspace_id=actor.workspace_id, user_id=actor.user_id, actor=told):
        channel = open_for_change(actor, channel_id, Permission.CHANNELS_EDIT)
        if not move(channel, target):
            stands = Lifecycle(channel.lifecycle)
            allowed = ", ".join(sorted(LIFECYCLE[stands]))
            raise NoSuchStep(
                f"A channel that is {stands.value} can't become {target.value}; from here it goes to {allowed}."
            )
        return channel


def move(channel: Channel, target: Lifecycle) -> bool:
    """Change the state if the graph has that step from where the channel stands now; tell whether it did."""
    before = [state for state, after in LIFECYCLE.items() if target in after]
    won = Channel.objects.filter(id=channel.id, lifecycle__in=before).update(lifecycle=target, version=F("version") + 1)
    channel.refresh_from_db()
    return bool(won)
