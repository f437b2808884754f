"""Measurements: `make bench` prints the promised figures beside their goals, and keeps the raw ones."""
