"""Who may do what: the whole table, in one place.

A role is a set of permissions; an API key's scopes narrow its role's set; a member's or key's brands narrow it to rows.
"""

import enum

from postroom.workspaces.models import Role


class Permission(enum.StrEnum):
    """One thing that can be allowed. The value is the API scope of the same name."""

    WORKSPACE_READ = "workspace.read"
    WORKSPACE_EDIT = "workspace.edit"
    WORKSPACE_DELETE = "workspace.delete"
    MEMBERS_READ = "members.read"
    MEMBERS_EDIT = "members.edit"
    KEYS_EDIT = "keys.edit"
    BRANDS_READ = "brands.read"
    BRANDS_EDIT = "brands.edit"
    CHANNELS_READ = "channels.read"
    CHANNELS_CONNECT = "channels.connect"
    CHANNELS_EDIT = "channels.edit"
    LIBRARY_READ = "library.read"
    LIBRARY_EDIT = "library.edit"
    POSTS_READ = "posts.read"
    POSTS_WRITE = "posts.write"
    POSTS_APPROVE = "posts.approve"
    POSTS_SCHEDULE = "posts.schedule"
    POSTS_SETTLE = "posts.settle"
    COMMENTS_WRITE = "comments.write"
    EVENTS_READ = "events.read"
    EVENTS_RESOLVE = "events.resolve"
    HISTORY_READ = "history.read"
    MONEY_READ = "money.read"
    MONEY_EDIT = "money.edit"
    PAUSE = "pause"
    """Hold or release a channel, brand or the workspace: a crisis stop."""


_P = Permission
_LOOKS = frozenset(
    {
        _P.WORKSPACE_READ,
        _P.BRANDS_READ,
        _P.CHANNELS_READ,
        _P.LIBRARY_READ,
        _P.POSTS_READ,
        _P.EVENTS_READ,
        _P.HISTORY_READ,
    }
)
_APPROVES = _LOOKS | {_P.COMMENTS_WRITE, _P.POSTS_APPROVE, _P.PAUSE, _P.MEMBERS_READ}
_EDITS = _LOOKS | {
    _P.COMMENTS_WRITE,
    _P.MEMBERS_READ,
    _P.LIBRARY_EDIT,
    _P.POSTS_WRITE,
    _P.POSTS_SCHEDULE,
    _P.POSTS_SETTLE,
    _P.EVENTS_RESOLVE,
    _P.PAUSE,
}
_ADMINISTERS = frozenset(Permission) - {_P.WORKSPACE_DELETE}

TABLE: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.ADMIN: _ADMINISTERS,
    Role.EDITOR: _EDITS,
    Role.APPROVER: _APPROVES,
    Role.VIEWER: _LOOKS,
}
"""The permissions of each role."""

SCOPES: tuple[str, ...] = tuple(permission.value for permission in Permission)
"""What an API key can be narrowed to."""

if set(TABLE) != set(Role):
    msg = "a role without a row in the permission table"
    raise RuntimeError(msg)
