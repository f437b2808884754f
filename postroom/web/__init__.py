"""The pages, cut by screen: a view translates a request, calls one verb and renders dataclasses.

Belongs here: forms, views, URLs and templates of a screen, also when a screen mixes several rooms.
Doesn't: models, SQL, decisions about who may do what, or the name of a network.
Above: config. Below: the rooms' verbs and queries. The other doors are neighbours it never imports.
"""
