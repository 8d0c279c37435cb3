"""The graph: one module per group, one function a node. This file imports nothing: every step has it in its key."""
