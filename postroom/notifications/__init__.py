"""Telling people what needs their eyes, by the way they chose.

Belongs here: who hears of which event, by mail, in the page or through a webhook, and how often.
Doesn't: deciding what is worth an event; the rooms record those. Beside it: rollouts, companion.
Above: upkeep, the doors. Below: money, production and everything under them.
"""
