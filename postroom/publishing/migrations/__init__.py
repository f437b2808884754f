"""How this room's tables came to be."""
