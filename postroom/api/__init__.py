"""The REST door: JSON in, one verb, JSON out.

Belongs here: routes, request and response shapes, cursors, problem documents, idempotency keys, ETags.
Doesn't: models, rules of the business, anything a second door would have to repeat.
Above: config. Below: the rooms' verbs and queries. The other doors are neighbours it never imports.
"""
