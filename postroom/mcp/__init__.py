"""The assistants' door: the verbs offered as tools to language models, under an agent's actor.

Belongs here: tool descriptions, argument shapes and how answers are worded for an assistant.
Doesn't: models, permissions of its own; an agent may do what its actor may do, no more.
Above: config. Below: the rooms' verbs and queries. The other doors are neighbours it never imports.
"""
