"""The graph: steps, keys, the store, the plain runner."""
