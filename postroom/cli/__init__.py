"""The terminal door: the same verbs with readable tables, progress bars and `--json`.

Belongs here: commands, their options and how answers are printed.
Doesn't: models, rules of the business, or start-up logic that the worker needs too.
Above: config. Below: the rooms' verbs and queries. The other doors are neighbours it never imports.
"""
