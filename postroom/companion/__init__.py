"""The telephone beside the desk: reminders for what a network lets only a person's hand finish.

Belongs here: hand-over of a prepared post to somebody's device, and hearing back that it is done.
Doesn't: publishing by itself. Beside it: rollouts, notifications; they don't import each other.
Above: upkeep, the doors. Below: money, production and everything under them.
"""
