"""Metrics: pure functions from worlds to one value per world, a module per theme."""
