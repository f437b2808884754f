"""How it went: counters over time, per channel, post and brand, and the reports made of them.

Belongs here: collecting numbers through the networks' own reading side, rollups and comparisons.
Doesn't: changing a post or a publication.
Above: money, production. Below: publishing, whose receipts name what to count.
"""
