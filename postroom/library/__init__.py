"""Files: taken in by streaming, looked at, kept once, and made fit for a network's needs.

Belongs here: assets, their facts and alt text, thumbnails, renditions, and where bytes are stored.
Doesn't: which post uses a file.
Above: gallery, channels. Below: brands, workspaces.
"""
