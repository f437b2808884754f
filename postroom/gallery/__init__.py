"""The collection of ideas and finished pieces people choose from.

Belongs here: saved ideas, inspirations and pieces ready to be used in a post.
Doesn't: files themselves (library). Beside it: channels; they don't import each other.
Above: posts. Below: library, brands, workspaces.
"""
