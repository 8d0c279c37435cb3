"""The grammar of printed numbers: from a text to a value, its interval and its unit."""
