"""The states of a publication: declared once, checked when imported, drawn in the docs.

A state changes only by a conditional UPDATE that names the state it comes from and reports whether it won. The engine's
own are in `sql/begin.sql` and `sql/finish.sql`; people's are made with `move` (`queries.py`).
"""

from django.db import models


class PublicationStatus(models.TextChoices):
    """Where a publication stands."""

    DRAFT = "draft"
    """Written, without a time."""
    SCHEDULED = "scheduled"
    """Waits for its time, or for the next try; nothing of it is public."""
    CLAIMED = "claimed"
    """A worker prepares it (files are made to fit); nothing was sent."""
    SENDING = "sending"
    """Its steps are under way; too late to cancel."""
    PUBLISHED = "published"
    """Public. What is still missing of its thread, if anything, stands in `reason`."""
    FAILED = "failed"
    """Surely not public, with the reason in words."""
    UNKNOWN = "unknown"
    """It may be public: it is looked up, or a person settles it. Never sent again before that."""
    MISSED = "missed"
    """Too late to be sent by itself."""
    HANDED_OFF = "handed_off"
    """A person finishes it by hand."""
    CANCELLED = "cancelled"


_S = PublicationStatus

GRAPH: dict[PublicationStatus, frozenset[PublicationStatus]] = {
    _S.DRAFT: frozenset({_S.SCHEDULED, _S.HANDED_OFF, _S.CANCELLED}),
    _S.SCHEDULED: frozenset(
        {_S.DRAFT, _S.CLAIMED, _S.SENDING, _S.PUBLISHED, _S.FAILED, _S.MISSED, _S.HANDED_OFF, _S.CANCELLED}
    ),
    _S.CLAIMED: frozenset({_S.SCHEDULED, _S.SENDING, _S.FAILED, _S.MISSED, _S.CANCELLED}),
    _S.SENDING: frozenset({_S.SCHEDULED, _S.PUBLISHED, _S.FAILED, _S.UNKNOWN}),
    _S.UNKNOWN: frozenset({_S.SCHEDULED, _S.SENDING, _S.PUBLISHED, _S.FAILED, _S.CANCELLED}),
    _S.FAILED: frozenset({_S.DRAFT, _S.SCHEDULED, _S.PUBLISHED, _S.HANDED_OFF, _S.CANCELLED}),
    _S.MISSED: frozenset({_S.DRAFT, _S.SCHEDULED, _S.HANDED_OFF, _S.CANCELLED}),
    _S.HANDED_OFF: frozenset({_S.SCHEDULED, _S.PUBLISHED, _S.FAILED, _S.CANCELLED}),
    _S.PUBLISHED: frozenset(),
    _S.CANCELLED: frozenset({_S.DRAFT, _S.SCHEDULED, _S.PUBLISHED}),
}
"""From each status, those it may go to. (Cancelled → published: the late truth of a call.)"""

BEFORE_SENDING = frozenset({_S.DRAFT, _S.SCHEDULED, _S.CLAIMED})
"""In these a publication may still be changed, moved and cancelled, as long as no attempt has begun."""
OPEN = frozenset({_S.SCHEDULED, _S.CLAIMED, _S.SENDING, _S.UNKNOWN})
"""In these it is not yet known how it ends."""
ENDED = frozenset({_S.PUBLISHED, _S.FAILED, _S.MISSED, _S.HANDED_OFF, _S.CANCELLED})
NEEDS_TIME = frozenset({_S.SCHEDULED, _S.CLAIMED, _S.SENDING})
"""In these `not_before` says when the engine looks next; the database checks it."""
NEVER_DUE = frozenset({_S.DRAFT, _S.FAILED, _S.MISSED, _S.HANDED_OFF, _S.CANCELLED})
"""In these the engine has nothing to do, and `not_before` is null; the database checks it."""

if set(GRAPH) != set(PublicationStatus) or (NEEDS_TIME & NEVER_DUE):
    msg = f"publication states without a row in the graph: {sorted(set(PublicationStatus) - set(GRAPH))}"
    raise RuntimeError(msg)


def may_move(before: PublicationStatus | str, after: PublicationStatus | str) -> bool:
    """Tell whether the graph has this way."""
    return PublicationStatus(after) in GRAPH[PublicationStatus(before)]
