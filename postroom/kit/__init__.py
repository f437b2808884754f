"""Ground: clock, http, text, images, ids, money, secrets. No Django, even indirectly.

Belongs here: a tool that would make sense in a program about something else entirely.
Doesn't: a word of our business, or a drawer for what found no room.
Above: everybody. Below: the standard library and what was installed.
"""
