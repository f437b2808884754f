"""What is to be said: posts, their items and variants, approval, and the plan of when.

Belongs here: writing, checking against the limits, approving and planning.
Doesn't: sending (publishing), files (library), accounts on networks (channels).
Above: publishing. Below: gallery, channels, library, brands.
"""
