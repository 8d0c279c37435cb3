"""The tables, one Pandera model each; `registry` is the index to read first. This file imports nothing."""
