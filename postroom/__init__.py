"""Postroom: write once, check per network, approve, publish on time, and know what happened.

This package holds the floors of the house and nothing else; `docs/house.md` says which line lives on which.
"""
