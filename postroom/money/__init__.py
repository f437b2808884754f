"""Budgets, costs and what a post was worth.

Belongs here: amounts with their currency, who approved them and what they were spent on.
Doesn't: counters from networks (insights). Beside it: production; they don't import each other.
Above: rollouts, companion, notifications. Below: insights and everything under it.
"""
