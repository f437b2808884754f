"""Making the things that get posted: briefs, tasks, shoots, slides and clips.

Belongs here: who makes what until when, and turning templates into pictures and film.
Doesn't: storing files (library). Beside it: money; they don't import each other.
Above: rollouts, companion, notifications. Below: insights and everything under it.
"""
