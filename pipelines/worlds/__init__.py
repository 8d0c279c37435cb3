"""Worlds: many plausible readings of all figures at once."""
