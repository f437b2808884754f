"""The process that works while nobody looks: due publications, background jobs, wiring of events.

Belongs here: starting and stopping the loops, and `wiring.py`, the flat table from event to function.
Doesn't: what a loop decides; that is a room's verb. Doesn't import the other doors.
Above: config. Below: every room with something to run on time.
"""
