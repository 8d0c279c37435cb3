"""Connectors for live data: what each source is, how it is fetched into snapshots, and how a snapshot is parsed."""
