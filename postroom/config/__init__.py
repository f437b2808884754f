"""The roof: settings, the table of environment variables, the root URLs and the entry points.

Belongs here: reading the environment once, wiring Django, and naming the installed rooms.
Doesn't: any rule of the business; a setting that only one room reads stays a column in that room.
Above: nobody. Below: every floor, because the roof is the one place that may name them all.
"""
