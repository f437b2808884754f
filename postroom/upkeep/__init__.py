"""Keeping an installation healthy: retention, partitions, backup, restore, and the doctor.

Belongs here: work that looks at the whole installation instead of one workspace's business.
Doesn't: repairs of one room's rows; a room settles its own.
Above: the doors. Below: all rooms.
"""
