"""The voices a workspace speaks with: name, zone, languages, slots and house style.

Belongs here: brands and what holds for all that is said under one.
Doesn't: accounts (channels) or people (workspaces).
Above: library. Below: workspaces.
"""
