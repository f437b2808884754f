"""Makers: one file per room, with plain functions that make rows through the room's verbs.

`tests/make/workspaces.py` gives `make_cast() -> Cast`, which the fixture `cast` hands to tests: `.owner`, `.admin`,
`.editor`, `.approver`, `.viewer` (Actors of `.workspace`), `.outsider` (owner of `.outside_workspace`), `.brand`,
`.other_brand`.
"""
