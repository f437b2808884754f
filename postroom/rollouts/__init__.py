"""Putting one campaign out over many brands or places in steps.

Belongs here: waves, their order, and stopping one when something goes wrong.
Doesn't: how a single post is written or sent. Beside it: companion, notifications; they don't import each other.
Above: upkeep, the doors. Below: money, production and everything under them.
"""
