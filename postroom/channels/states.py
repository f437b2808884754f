"""The states of a channel: connection, health, and way of life. Checked when imported, drawn in the docs."""

from django.db import models


class Status(models.TextChoices):
    """The connection."""

    PENDING = "pending"
    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"
    ERROR = "error"


class Health(models.TextChoices):
    """How the last calls went."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"


class Lifecycle(models.TextChoices):
    """Where a channel stands on its way from connected to active, or what keeps it from posting."""

    CONNECTED = "connected"
    ASSIGNED = "assigned"
    ROLLOUT = "rollout"
    REVIEW = "review"
    READY = "ready"
    ACTIVE = "active"
    PAUSED = "paused"
    RESTING = "resting"
    RESTRICTED = "restricted"
    SUSPENDED = "suspended"
    BANNED = "banned"
    ARCHIVED = "archived"


_L = Lifecycle
_TROUBLE = {_L.RESTRICTED, _L.SUSPENDED, _L.BANNED, _L.ARCHIVED}
_STOPS = {_L.PAUSED, _L.RESTING} | _TROUBLE

LIFECYCLE: dict[Lifecycle, frozenset[Lifecycle]] = {
    _L.CONNECTED: frozenset({_L.ASSIGNED, _L.ROLLOUT, _L.READY, _L.ACTIVE} | _STOPS),
    _L.ASSIGNED: frozenset({_L.ROLLOUT, _L.READY, _L.ACTIVE} | _STOPS),
    _L.ROLLOUT: frozenset({_L.REVIEW, _L.READY, _L.ACTIVE} | _STOPS),
    _L.REVIEW: frozenset({_L.ROLLOUT, _L.READY} | _STOPS),
    _L.READY: frozenset({_L.ACTIVE, _L.ROLLOUT} | _STOPS),
    _L.ACTIVE: frozenset({_L.ROLLOUT, _L.REVIEW} | _STOPS),
    _L.PAUSED: frozenset({_L.READY, _L.ACTIVE, _L.ROLLOUT, _L.RESTING} | _TROUBLE),
    _L.RESTING: frozenset({_L.READY, _L.ACTIVE, _L.PAUSED} | _TROUBLE),
    _L.RESTRICTED: frozenset({_L.READY, _L.ACTIVE, _L.RESTING, _L.SUSPENDED, _L.BANNED, _L.ARCHIVED}),
    _L.SUSPENDED: frozenset({_L.READY, _L.RESTRICTED, _L.BANNED, _L.ARCHIVED}),
    _L.BANNED: frozenset({_L.READY, _L.ARCHIVED}),
    _L.ARCHIVED: frozenset({_L.CONNECTED}),
}
"""From each state, the states it may go to."""

STATUS: dict[Status, frozenset[Status]] = {
    Status.PENDING: frozenset({Status.ACTIVE, Status.ERROR, Status.REVOKED}),
    Status.ACTIVE: frozenset({Status.EXPIRED, Status.REVOKED, Status.ERROR}),
    Status.EXPIRED: frozenset({Status.ACTIVE, Status.REVOKED, Status.ERROR}),
    Status.REVOKED: frozenset({Status.ACTIVE}),
    Status.ERROR: frozenset({Status.ACTIVE, Status.EXPIRED, Status.REVOKED}),
}

SENDS = frozenset({_L.CONNECTED, _L.ASSIGNED, _L.ROLLOUT, _L.REVIEW, _L.READY, _L.ACTIVE})
"""States of life in which what is scheduled goes out; in all others it waits."""

if set(LIFECYCLE) != set(Lifecycle) or set(STATUS) != set(Status):
    missing = (set(Lifecycle) - set(LIFECYCLE)) | (set(Status) - set(STATUS))
    msg = f"channel states without a row in the graph: {sorted(missing)}"
    raise RuntimeError(msg)
