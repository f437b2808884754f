"""Who is who and who may what: users, workspaces, members, API keys, and the Actor.

Belongs here: the permission table, the actor every verb takes, and the base of every tenant table.
Doesn't: brands, or anything said or sent.
Above: brands and every room over it. Below: events, and the ground.
"""
