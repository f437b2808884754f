"""The settle screen."""
