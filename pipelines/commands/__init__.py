"""Commands: what the command line shares, and the commands about releases."""
