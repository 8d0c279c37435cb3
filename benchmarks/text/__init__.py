"""Benchmarks of reading texts with tables: planted slips, labelled values and links."""
