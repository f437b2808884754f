"""The composer screen."""
