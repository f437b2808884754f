"""Accounts on networks: connecting them, keeping their keys alive, noticing when they break.

Belongs here: channels, credentials under encryption, health, and the history of their states.
Doesn't: what any network is called or wants; it asks the registry. Beside it: gallery.
Above: posts. Below: library, brands, workspaces, and networks on the ground.
"""
