"""Fetching from publishers, and the snapshots that builds read."""
