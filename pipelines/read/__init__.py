"""Reading: files, TOML, the grammar of printed numbers, cells as figures."""
