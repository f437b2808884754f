"""A post's way in words: why a publication waits, what was tried and how it ended, what was done and by whom."""

from datetime import datetime
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from postroom.networks import registry
from postroom.publishing.telling import Told, ToldPost, ToldPublication, Try
from postroom.web.templatetags.ui import STATES

TOUCH: Final[dict[str, Any]] = {
    "looks": gettext_lazy("only looks"),
    "stages": gettext_lazy("prepares, nothing becomes public"),
    "publishes": gettext_lazy("makes it public"),
}
"""What a step can do to the world."""
OUTCOMES: Final[dict[str, tuple[Any, str]]] = {
    "": (gettext_lazy("under way"), "busy"),
    "go": (gettext_lazy("done"), "good"),
    "wait": (gettext_lazy("not ready yet"), "wait"),
    "receipt": (gettext_lazy("public"), "good"),
    "bug": (gettext_lazy("a mistake in Postroom"), "bad"),
    "absent": (gettext_lazy("it isn't there"), "wait"),
    "unclear": (gettext_lazy("the network can't tell"), "doubt"),
    "lost": (gettext_lazy("its worker died"), "doubt"),
    "retry": (gettext_lazy("didn't work, is tried again"), "warn"),
    "limited": (gettext_lazy("asked to wait"), "warn"),
    "expired": (gettext_lazy("key not accepted"), "bad"),
    "rejected": (gettext_lazy("refused"), "bad"),
    "unsure": (gettext_lazy("nobody can tell"), "doubt"),
}
"""How a try ended (its verdict, where it was stopped) → words and tone."""
DONE: Final[dict[str, Any]] = {
    "post.created": gettext_lazy("wrote this post"),
    "post.edited": gettext_lazy("changed the post"),
    "post.scheduled": gettext_lazy("scheduled the post"),
    "post.unscheduled": gettext_lazy("took the post back to a draft"),
    "post.cancelled": gettext_lazy("cancelled what had not gone out"),
    "post.removed": gettext_lazy("removed the post"),
    "post.imported": gettext_lazy("took over what was already public"),
    "post.put_on_channels": gettext_lazy("changed which channels it goes to"),
    "publication.edited": gettext_lazy("changed what is said there"),
    "publication.retried": gettext_lazy("asked to send it again"),
    "publication.settled": gettext_lazy("settled whether it is public"),
}
"""What was done, as it follows the name of whoever did it. State changes are put together in `deed`."""
KINDS: Final[dict[str, Any]] = {
    "person": gettext_lazy("Somebody"),
    "api_key": gettext_lazy("An API key"),
    "agent": gettext_lazy("An agent"),
    "system": gettext_lazy("Postroom"),
    "scheduler": gettext_lazy("The scheduler"),
}
KEYS: Final = frozenset({"expired", "revoked", "error", "pending"})
"""Standings of a channel that its owner has to mend."""
BY: Final = pgettext_lazy("who did it", "with an API key")


def state_words(state: str) -> str:
    """Name a state as its chip does."""
    return str(STATES[state][0]) if state in STATES else state.replace("_", " ")


def outcome(one: Try) -> tuple[str, str]:
    """Say how a try ended, and in which tone."""
    words, tone = OUTCOMES.get(one.verdict or one.outcome, (one.verdict or one.outcome, "quiet"))
    return str(words), tone


def touch(one: Try) -> str:
    """Say what the step of a try can do."""
    return str(TOUCH.get(one.touch, one.touch))


def who(told: Told) -> str:
    """Name whoever did it."""
    name = told.actor_name or str(KINDS.get(told.actor_kind, told.actor_kind))
    return f"{name} ({BY})" if told.actor_name and told.actor_kind == "api_key" else name


def deed(told: Told) -> str:
    """Say what was done."""
    if told.to_state:
        before, after = state_words(told.from_state), state_words(told.to_state)
        return _("%(before)s → %(after)s") % {"before": before, "after": after}
    return str(DONE.get(told.what, told.what.replace(".", ": ").replace("_", " ")))


def holds(post: ToldPost, one: ToldPublication) -> list[str]:
    """Say what keeps a publication from going out at its time, the widest reason first."""
    if one.not_before is None or one.status == "unknown":
        return []
    said = [_stopped(post), _brand(post), *_channel(one)]
    if one.held_until is not None:
        until = date_format(localtime(one.held_until), "DATETIME_FORMAT")
        said.append(
            _("The network asked to wait until %(until)s%(why)s.") % {"until": until, "why": _why(one.held_why)}
        )
    return [words for words in said if words]


def looks_next(one: ToldPublication, now: datetime) -> bool:
    """Whether the engine comes back to it at a later moment than it was planned for: a further try, or a look."""
    return one.not_before is not None and one.not_before > now and one.not_before != one.scheduled_for


def _stopped(post: ToldPost) -> str:
    if post.stopped_at is None:
        return ""
    return _("The whole workspace is paused%(why)s.") % {"why": _why(post.stopped_why)}


def _brand(post: ToldPost) -> str:
    if post.brand_status == "active":
        return ""
    said = _("The brand is paused%(why)s.") if post.brand_status == "paused" else _("The brand is out of use%(why)s.")
    return said % {"why": _why(post.brand_status_reason)}


def _channel(one: ToldPublication) -> list[str]:
    if one.channel_gone_at is not None:
        return [_("The channel is disconnected; connect the same account again.")]
    said = []
    if one.channel_status in KEYS:
        why = _why(one.channel_status_reason)
        said.append(_("The network doesn't accept the channel's key any more%(why)s. Reconnect it.") % {"why": why})
    if one.channel_paused_at is not None:
        said.append(_("The channel is paused%(why)s.") % {"why": _why(one.channel_paused_why)})
    elif not said and not one.channel_sends:
        said.append(_("The channel may not send as it stands; see its page."))
    if one.network not in registry.names():
        said.append(_("Postroom doesn't know this network any more."))
    return said


def _why(why: str) -> str:
    return f": {why.rstrip('.')}" if why else ""
