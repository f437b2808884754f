"""Coming in: accounts, invitations, workspaces, a user's own preferences."""
