"""The channels screen."""
