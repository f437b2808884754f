"""How a channel is in words: what is the matter with it, and what to do about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from postroom.channels.states import LIFECYCLE, SENDS, Lifecycle
from postroom.publishing.outlook import SOON, SeenChannel

RECONNECT, RESUME, CHECK, MOVE, CONNECT = "reconnect", "resume", "check", "move", "connect"

LIFE: Final[dict[str, Any]] = {
    Lifecycle.CONNECTED: pgettext_lazy("channel", "Connected"),
    Lifecycle.ASSIGNED: pgettext_lazy("channel", "Assigned"),
    Lifecycle.ROLLOUT: pgettext_lazy("channel", "Being rolled out"),
    Lifecycle.REVIEW: pgettext_lazy("channel", "In review"),
    Lifecycle.READY: pgettext_lazy("channel", "Ready"),
    Lifecycle.ACTIVE: pgettext_lazy("channel", "In use"),
    Lifecycle.PAUSED: pgettext_lazy("channel", "Taking a break"),
    Lifecycle.RESTING: pgettext_lazy("channel", "Resting"),
    Lifecycle.RESTRICTED: pgettext_lazy("channel", "Restricted by the network"),
    Lifecycle.SUSPENDED: pgettext_lazy("channel", "Suspended by the network"),
    Lifecycle.BANNED: pgettext_lazy("channel", "Banned by the network"),
    Lifecycle.ARCHIVED: pgettext_lazy("channel", "Archived"),
}
"""Where a channel stands in its life, as people say it."""

STANDINGS: Final = (
    ("", gettext_lazy("All")),
    ("trouble", gettext_lazy("Needs you")),
    ("held", gettext_lazy("Paused or resting")),
    ("gone", gettext_lazy("Disconnected")),
)
"""The tabs of the list: a word of the address, and its label."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a channel is. `tone`: good, warn, bad or quiet; `does`: which action helps, "" for none."""

    tone: str
    drawing: str
    label: str
    says: str
    does: str = ""


def standing(channel: SeenChannel, now: datetime) -> Standing:
    """Say the one thing about a channel that matters most."""
    return _gone(channel) or _key(channel) or _life(channel) or _health(channel, now)


def life_words(state: str) -> str:
    """Name a state of life; the graph's own word for one that isn't known here."""
    return str(LIFE.get(state, state))


def moves_from(state: str) -> list[tuple[str, str, bool]]:
    """Give the states a channel may go to from here: (state, words, whether posts go out there)."""
    allowed = LIFECYCLE.get(Lifecycle(state), frozenset())
    return [(one.value, life_words(one), one in SENDS) for one in Lifecycle if one in allowed]


def _gone(channel: SeenChannel) -> Standing | None:
    if channel.deleted_at is None:
        return None
    day = date_format(localtime(channel.deleted_at), "DATE_FORMAT")
    says = _("Let go on %(day)s. Connect the same account again to take up where it was.") % {"day": day}
    return Standing("quiet", "link-off", _("Disconnected"), says, CONNECT)


def _key(channel: SeenChannel) -> Standing | None:
    why = channel.status_reason or channel.last_error
    match channel.status:
        case "expired":
            says = _("The network no longer accepts its key%(why)s. Its owner has to reconnect it.")
            label = _("Needs to be reconnected")
        case "revoked":
            says, label = (
                _("Access was taken back at the network%(why)s. Reconnect it to go on."),
                _("Access taken back"),
            )
        case "error":
            says, label = _("Something is wrong with the connection%(why)s. Reconnect it."), _("In trouble")
        case "pending":
            says, label = _("The connection was begun and never finished%(why)s. Connect it."), _("Not finished")
        case _:
            return None
    return Standing("bad", "link-off", label, says % {"why": f": {why}" if why else ""}, RECONNECT)


def _life(channel: SeenChannel) -> Standing | None:
    if channel.paused_at is not None:
        why = f": {channel.paused_why}" if channel.paused_why else ""
        says = _("Somebody paused it%(why)s. What is scheduled waits until it is resumed.") % {"why": why}
        return Standing("warn", "player-pause", _("Paused"), says, RESUME)
    if channel.lifecycle not in SENDS:
        says = _("Nothing goes out while it stands here; what is scheduled waits. Move it on when it may post again.")
        is_bad = channel.lifecycle in {Lifecycle.RESTRICTED, Lifecycle.SUSPENDED, Lifecycle.BANNED}
        return Standing("bad" if is_bad else "warn", "clock-pause", life_words(channel.lifecycle), says, MOVE)
    return None


def _health(channel: SeenChannel, now: datetime) -> Standing:
    why = f": {channel.last_error}" if channel.last_error else ""
    if channel.health == "unhealthy":
        says = _("The last calls were refused%(why)s. Check it now; if that doesn't help, reconnect it.")
        return Standing("bad", "circle-x", _("Not working"), says % {"why": why}, CHECK)
    if channel.key_ends_at is not None and channel.key_ends_at < now + SOON:
        day = date_format(localtime(channel.key_ends_at), "DATETIME_FORMAT")
        says = _("Its permission ends on %(day)s and can't be renewed without its owner. Reconnect it before.")
        return Standing("warn", "clock", _("Permission ends soon"), says % {"day": day}, RECONNECT)
    if channel.health == "degraded":
        says = _("The network couldn't be reached lately%(why)s. It is tried again by itself; you can check it now.")
        return Standing("warn", "alert-triangle", _("Some trouble"), says % {"why": why}, CHECK)
    return Standing(
        "good", "circle-check", _("Works"), _("Nothing is wrong. Postroom looks after it about once a day.")
    )
