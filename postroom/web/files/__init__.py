"""Stored files by the addresses that were given out for them."""
