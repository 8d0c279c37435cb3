"""Comparison with the previous release: what changed, and by which input."""
