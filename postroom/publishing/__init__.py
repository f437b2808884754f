"""The way from a scheduled post to the network: claims, attempts, verdicts, and settling the unknown.

Belongs here: publications, their states, the engine that sends them, limits and pauses.
Doesn't: what a post says (posts), what a network wants to hear (networks).
Above: insights. Below: posts, channels and everything under them.
"""
