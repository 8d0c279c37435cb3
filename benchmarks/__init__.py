"""Benchmarks of what a user waits for, each side in fresh processes; run by `make bench`, never by the tests."""
