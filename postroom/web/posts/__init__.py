"""The posts screen."""
