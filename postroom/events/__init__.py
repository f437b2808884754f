"""What happened, append-only: the activity log and the things somebody must look at.

Belongs here: recording, raising, resolving and asking. Ids are kept without foreign keys, so the
log outlives what it tells of.
Doesn't: reacting to events (worker/wiring) or telling people (notifications).
Above: workspaces and every room over it. Below: the ground.
"""
