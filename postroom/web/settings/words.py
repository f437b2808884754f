"""What roles and permissions are in words. Who may do what stands in one table, `workspaces/permissions.py`."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from postroom.workspaces.permissions import TABLE, Permission

ROLES: dict[str, tuple[Promise, Promise]] = {
    "owner": (_("Owner"), _("May do everything, also delete the workspace and decide about other owners.")),
    "admin": (_("Admin"), _("Runs the workspace: members, brands, channels, keys and costs.")),
    "editor": (_("Editor"), _("Writes and schedules posts, keeps the library, settles what went wrong.")),
    "approver": (_("Approver"), _("Reads and approves what others wrote, and can stop everything.")),
    "viewer": (_("Viewer"), _("Looks, and changes nothing.")),
}
"""Role → its name, and what it is for."""

PERMISSIONS: dict[Permission, Promise] = {
    Permission.WORKSPACE_READ: _("See the workspace"),
    Permission.WORKSPACE_EDIT: _("Change the workspace’s settings"),
    Permission.WORKSPACE_DELETE: _("Delete the workspace"),
    Permission.MEMBERS_READ: _("See members"),
    Permission.MEMBERS_EDIT: _("Invite, change and remove members"),
    Permission.KEYS_EDIT: _("Make and revoke API keys"),
    Permission.BRANDS_READ: _("See brands"),
    Permission.BRANDS_EDIT: _("Make and change brands and their slots"),
    Permission.CHANNELS_READ: _("See channels"),
    Permission.CHANNELS_CONNECT: _("Connect and disconnect channels"),
    Permission.CHANNELS_EDIT: _("Change channels"),
    Permission.LIBRARY_READ: _("See the library"),
    Permission.LIBRARY_EDIT: _("Upload, describe and delete files"),
    Permission.POSTS_READ: _("See posts"),
    Permission.POSTS_WRITE: _("Write posts"),
    Permission.POSTS_APPROVE: _("Approve posts"),
    Permission.POSTS_SCHEDULE: _("Schedule posts"),
    Permission.POSTS_SETTLE: _("Settle what went wrong"),
    Permission.COMMENTS_WRITE: _("Comment on posts"),
    Permission.EVENTS_READ: _("See events"),
    Permission.EVENTS_RESOLVE: _("Resolve events"),
    Permission.HISTORY_READ: _("See the history"),
    Permission.MONEY_READ: _("See costs and revenue"),
    Permission.MONEY_EDIT: _("Change costs and revenue"),
    Permission.PAUSE: _("Pause and resume sending"),
}
"""Permission → what it allows."""


def matrix() -> dict[str, object]:
    """Give the one permission table as rows for a page: the roles, then per permission who has it."""
    rows = [{"words": words, "has": [one in TABLE[role] for role in TABLE]} for one, words in PERMISSIONS.items()]
    return {"roles": [ROLES[role] for role in TABLE], "rows": rows}
