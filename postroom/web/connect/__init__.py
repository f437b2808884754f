"""The way back from a network's own pages, and the documents a network fetches from us."""
